package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.steering4j.trainer.PrintableText;
import org.steering4j.vector.SteeringVector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Prints what is in vector files. */
@Command(
        name = "inspect",
        sortOptions = false,
        description = {
            "Prints what is in vector files: what they say of themselves, the norm of each layer with its share of the"
                    + " vector's squared norm, and how alike they are, layer by layer, as cosines.",
            "Remarks on layers that are all zeros, and on norms so small or large that the vector is likely to do nothing,"
                    + " or to break the text, at multiplier 1."
        })
final class InspectCommand implements Callable<Integer> {

    /**
     * The root mean square of an array's elements below and above which it is remarked on. The residual streams of common models have
     * elements of 0.01 to 10, and vectors that steer them about a tenth to one of that.
     */
    private static final double SMALL = 1e-4;

    private static final double LARGE = 10;

    @ParentCommand
    private Main main;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Vectors: .safetensors, .gguf or .pt.")
    private List<Path> files;

    @Mixin
    private VectorFileOptions options;

    private record Layer(int layer, double norm, double share) {}

    private record Vector(
            Path file,
            String behavior,
            String method,
            String model,
            String modelFingerprint,
            String architecture,
            Integer modelLayers,
            String systemPrompt,
            int hiddenSize,
            String hookPoint,
            String operator,
            List<Layer> layers,
            List<Double> evaluatedMultipliers,
            Map<String, String> settings,
            List<String> remarks) {}

    /** @param cosines row and column by the order of the files; null where a vector has nothing for the layer, or only zeros */
    private record Similarity(int layer, List<List<Double>> cosines) {}

    private record Result(List<Vector> vectors, List<Similarity> similarities) {}

    @Override
    public Integer call() {
        List<SteeringVector> vectors = files.stream().map(options::read).toList();
        List<Vector> described = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            described.add(describe(files.get(i), vectors.get(i)));
        }
        Result result = new Result(described, similarities(vectors));
        main.show(result, output -> print(result, output));
        return 0;
    }

    private static Vector describe(Path file, SteeringVector vector) {
        double whole = vector.layers().stream()
                .mapToDouble(vector::norm)
                .map(norm -> norm * norm)
                .sum();
        List<Layer> layers = vector.layers().stream()
                .map(layer ->
                        new Layer(layer, vector.norm(layer), whole == 0 ? 0 : Math.pow(vector.norm(layer), 2) / whole))
                .toList();
        return new Vector(
                file,
                vector.behavior(),
                vector.method().orElse(null),
                vector.modelName().orElse(null),
                vector.modelFingerprint().orElse(null),
                vector.architecture().orElse(null),
                vector.numberOfLayers().isPresent() ? vector.numberOfLayers().getAsInt() : null,
                vector.systemPrompt().orElse(null),
                vector.hiddenSize(),
                vector.hookPoint(),
                vector.operator(),
                layers,
                vector.evaluatedMultipliers(),
                vector.settings(),
                remarks(vector, layers));
    }

    private static List<String> remarks(SteeringVector vector, List<Layer> layers) {
        List<String> remarks = new ArrayList<>();
        for (Layer layer : layers) {
            double rootMeanSquare = layer.norm() / Math.sqrt(vector.hiddenSize());
            String where = "layer " + layer.layer();
            if (layer.norm() == 0) {
                remarks.add(where + " is all zeros: it steers nothing");
            } else if (rootMeanSquare < SMALL) {
                remarks.add(where + format(" has a very small norm, %.3g: it is likely to do nothing", layer.norm()));
            } else if (rootMeanSquare > LARGE) {
                remarks.add(
                        where + format(" has a very large norm, %.3g: it is likely to break the text", layer.norm()));
            }
        }
        return remarks;
    }

    private static List<Similarity> similarities(List<SteeringVector> vectors) {
        Map<Integer, Long> layers = vectors.stream()
                .flatMap(vector -> vector.layers().stream())
                .collect(Collectors.groupingBy(layer -> layer, TreeMap::new, Collectors.counting()));
        return layers.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .map(entry -> new Similarity(
                        entry.getKey(),
                        vectors.stream()
                                .map(row -> vectors.stream()
                                        .map(column -> cosine(row, column, entry.getKey()))
                                        .collect(Collectors.toList()))
                                .toList()))
                .toList();
    }

    private static Double cosine(SteeringVector one, SteeringVector other, int layer) {
        if (!one.layers().contains(layer)
                || !other.layers().contains(layer)
                || one.hiddenSize() != other.hiddenSize()) {
            return null;
        }
        double cosine = one.cosineSimilarity(other, layer);
        return Double.isNaN(cosine) ? null : cosine;
    }

    private static void print(Result result, PrintStream output) {
        result.vectors().forEach(vector -> print(vector, output));
        for (Similarity similarity : result.similarities()) {
            output.println("cosine similarity at layer " + similarity.layer());
            for (int i = 0; i < similarity.cosines().size(); i++) {
                output.println("  "
                        + similarity.cosines().get(i).stream()
                                .map(cosine -> cosine == null ? "     -" : format("%6.3f", cosine))
                                .collect(Collectors.joining(" "))
                        + "  "
                        + PrintableText.line(result.vectors().get(i).file().toString()));
            }
        }
    }

    private static void print(Vector vector, PrintStream output) {
        output.println(PrintableText.line(vector.file().toString()));
        fact(output, "behavior", vector.behavior());
        fact(output, "method", vector.method());
        fact(output, "model", vector.model());
        fact(output, "model's fingerprint", vector.modelFingerprint());
        fact(output, "architecture", vector.architecture());
        fact(output, "model's layers", vector.modelLayers());
        fact(output, "system prompt", "".equals(vector.systemPrompt()) ? "none" : vector.systemPrompt());
        fact(output, "hidden size", vector.hiddenSize());
        fact(output, "added to", vector.hookPoint());
        fact(output, "operator", vector.operator());
        fact(output, "evaluated at", vector.evaluatedMultipliers().isEmpty() ? null : vector.evaluatedMultipliers());
        vector.layers()
                .forEach(layer -> fact(
                        output,
                        "layer " + layer.layer(),
                        format("norm %.4g (%.1f%%)", layer.norm(), 100 * layer.share())));
        vector.settings().forEach((key, value) -> fact(output, "setting " + key, value));
        vector.remarks().forEach(remark -> fact(output, "remark", remark));
        output.println();
    }

    private static void fact(PrintStream output, String name, Object value) {
        output.println(PrintableText.line(format("  %-28s%s", name, value == null ? "not known" : value)));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
