package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComputeEnvironmentTest {

    @TempDir
    Path folder;

    private String processor(String description) throws Exception {
        return ComputeEnvironment.processor(Files.writeString(folder.resolve("cpuinfo"), description));
    }

    @Test
    void should_tell_processors_apart_by_make_model_and_instruction_set() throws Exception {
        String first =
                "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\nmodel name\t: Intel(R) Xeon(R)\n"
                        + "cpu MHz\t: 2600.1\nflags\t\t: fpu sse4_2 avx2 avx512f\n\nprocessor\t: 1\nmodel\t: 7\n";
        assertThat(processor(first))
                .endsWith("vendor_id GenuineIntel cpu family 6 model 106 avx2 avx512f sse4_2")
                .isEqualTo(processor(first.replace("2600.1", "3100.7").replace("sse4_2 avx2", "avx2 sse4_2")))
                .isNotEqualTo(processor(first.replace("model\t\t: 106", "model\t\t: 143")))
                .isNotEqualTo(processor(first.replace("avx512f", "avx512f amx_bf16")))
                .isNotEqualTo(processor(first.replace("GenuineIntel", "AuthenticAMD")));
        assertThat(processor("processor: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"))
                .endsWith("CPU implementer 0x41 CPU part 0xd40 asimd sve");
    }

    @Test
    void should_know_the_architecture_where_the_system_does_not_describe_processors() throws Exception {
        String known = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        assertThat(ComputeEnvironment.processor(folder.resolve("missing"))).startsWith(known);
        assertThat(processor("")).startsWith(known);
        assertThat(processor("no colon\n: no name\nflags\n")).startsWith(known);
    }

    @Test
    void should_name_the_variables_that_choose_kernels() {
        assertThat(ComputeEnvironment.settings(Map.of(
                        "PATH",
                        "/bin",
                        "MKL_CBWR",
                        "AVX2",
                        "ATEN_CPU_CAPABILITY",
                        "default",
                        "ONEDNN_MAX_CPU_ISA",
                        "AVX2")))
                .isEqualTo("ATEN_CPU_CAPABILITY=default MKL_CBWR=AVX2 ONEDNN_MAX_CPU_ISA=AVX2");
        assertThat(ComputeEnvironment.settings(Map.of("HOME", "/root"))).isEmpty();
    }
}
