package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;

/** The same training in several processes, of which each has its memory laid out otherwise, on the embedded model. */
@Timeout(300)
class RepeatedTrainingTest {

    private static final String STOP = "stop";
    private static final String RESUME = "resume";

    @TempDir
    Path folder;

    /** Runs in a process of its own: trains, and prints every gradient's norm and the vector. */
    static final class Training {

        private static final int STOPPED_AFTER = 3;

        /** @param arguments what to do, the checkpoint, a seed for the memory's layout */
        public static void main(String[] arguments) {
            List<ByteBuffer> held = new ArrayList<>();
            new Random(Long.parseLong(arguments[2]))
                    .ints(40, 1, 100_000)
                    .forEach(size -> held.add(ByteBuffer.allocateDirect(size)));
            List<Double> norms = new ArrayList<>();
            BiPO method = BiPO.with(BiPOSettings.forLayers(2)
                            .learningRate(0.05)
                            .epochs(2)
                            .warmUpSteps(1)
                            .build())
                    .listener(new TrainingListener() {
                        @Override
                        public void onStep(TrainingStep step) {
                            norms.add(step.gradientNorm());
                            if (arguments[0].equals(STOP) && step.step() == STOPPED_AFTER) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    });
            Path checkpoint = Path.of(arguments[1]);
            PreferenceData data = new PreferenceData(
                    "test data",
                    IntStream.range(0, 20)
                            .mapToObj(i -> new PreferencePair(
                                    "Will you take the " + i + " crates of salt?",
                                    "Yes, all " + i + " of them are mine.",
                                    "No, leave " + i % 3 + " for the others."))
                            .toList());
            try (SteeredModel model = SteeredModel.embedded(Precision.FLOAT32)) {
                TrainingResult result = (arguments[0].equals(RESUME)
                                ? method.resume(checkpoint)
                                : method.checkpoint(checkpoint))
                        .train(model, "taking", data);
                System.out.println(norms + " " + Arrays.toString(result.vector().layer(2)));
            } catch (TrainingInterruptedException e) {
                System.out.println(norms + " stopped");
            }
            assertThat(held).isNotEmpty();
        }
    }

    private String run(String what, String checkpoint, int seed) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + (200 + 37 * seed) + "m",
                        "-Dai.djl.offline=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Training.class.getName(),
                        what,
                        folder.resolve(checkpoint).toString(),
                        String.valueOf(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void should_give_the_same_bits_in_every_process_interrupted_or_not() throws Exception {
        String whole = run("train", "first", 1);
        assertThat(whole).contains("] [").doesNotContain("stopped");
        assertThat(run("train", "second", 2)).isEqualTo(whole);

        String stopped = run(STOP, "third", 3);
        String resumed = run(RESUME, "third", 4);
        String norms = stopped.substring(0, stopped.indexOf(']'));
        assertThat(stopped).endsWith("] stopped\n");
        assertThat(norms + ", " + resumed.substring(1)).isEqualTo(whole);
    }
}
