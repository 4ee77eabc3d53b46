package org.steering4j.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steering4j.engine.internal.DecoderProgram;
import org.steering4j.engine.internal.Projections;

/**
 * What decides in which order libtorch, MKL and oneDNN add numbers up, beside the model and the input. Where it is the same, a call gives the same
 * bits in every process; where it differs, sums of many numbers may differ in their last bits.
 */
final class ComputeEnvironment {

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    /** Linux on x86-64, then on ARM. */
    private static final List<String> PROCESSOR_FIELDS = List.of(
            "vendor_id", "cpu family", "model", "CPU implementer", "CPU architecture", "CPU variant", "CPU part");

    private static final List<String> FLAG_FIELDS = List.of("flags", "Features");

    /** Of instructions for vectors and matrices. */
    private static final String VECTOR_FLAG = "(sse4|avx|fma|f16c|amx|asimd|sve|sme|bf16|i8mm|fphp).*";

    /** What those who set them choose kernels by. */
    private static final List<String> VARIABLES = List.of("MKL_", "DNNL_", "ONEDNN_", "ATEN_CPU_", "TORCH_ALLOW_TF32");

    private ComputeEnvironment() {}

    /** Each property's name and value; for one model, since how its matrices are multiplied depends on the memory there was. */
    static Map<String, String> of(Projections projections) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("threads of libtorch (OMP_NUM_THREADS)", String.valueOf(DecoderProgram.threads()));
        environment.put("processor", processor(PROCESSORS));
        environment.put("libtorch", DecoderProgram.version());
        environment.put("matrices multiplied by", projections.name());
        environment.put("settings of MKL, oneDNN and libtorch", settings(System.getenv()));
        return environment;
    }

    /** Those environment variables that may choose other kernels. */
    static String settings(Map<String, String> variables) {
        return new TreeMap<>(variables)
                .entrySet().stream()
                        .filter(variable -> VARIABLES.stream().anyMatch(variable.getKey()::startsWith)
                                && !variable.getKey().endsWith("VERBOSE"))
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .collect(Collectors.joining(" "));
    }

    /**
     * Make, model and instruction set. Where there is no such file, what Java knows: then processors of one architecture are not told apart.
     *
     * @param file as Linux describes processors, of which the first counts
     */
    static String processor(Path file) {
        List<String> parts = new ArrayList<>(List.of(System.getProperty("os.name"), System.getProperty("os.arch")));
        if (System.getenv("PROCESSOR_IDENTIFIER") != null) { // Windows
            parts.add(System.getenv("PROCESSOR_IDENTIFIER"));
        }
        Map<String, String> fields = firstOf(file);
        PROCESSOR_FIELDS.stream()
                .filter(fields::containsKey)
                .map(name -> name + " " + fields.get(name))
                .forEach(parts::add);
        FLAG_FIELDS.stream()
                .filter(fields::containsKey)
                .flatMap(name -> Stream.of(fields.get(name).split("\\s+")))
                .filter(flag -> flag.matches(VECTOR_FLAG))
                .sorted()
                .forEach(parts::add);
        return String.join(" ", parts);
    }

    private static Map<String, String> firstOf(Path file) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (!Files.isReadable(file)) {
            return fields;
        }
        try (Stream<String> lines = Files.lines(file)) {
            lines.takeWhile(line -> !line.isBlank()).forEach(line -> {
                String[] parts = line.split(":", 2);
                fields.put(parts[0].strip(), parts.length < 2 ? "" : parts[1].strip());
            });
            return fields;
        } catch (IOException e) {
            return Map.of();
        }
    }
}
