package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.trainer.SteerableAnswers.PairScore;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;

/** BiPO on every family comes out as in PyTorch with Hugging Face transformers: see the engine's src/test/python/parity.py. */
class TrainingParityTest {

    /** The engine's tests have them too. */
    private static final Path VARIANTS = Path.of("../langchain4j-steering/src/test/resources/parity");

    private static final Map<Path, LanguageModel> MODELS = new HashMap<>();

    static Stream<Path> variants() throws IOException {
        try (Stream<Path> folders = Files.list(VARIANTS)) {
            return folders.sorted().toList().stream();
        }
    }

    private static JsonNode expected(Path folder) throws IOException {
        return new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
    }

    private static float[] numbers(Path folder, String name) {
        return SafetensorsFile.open(folder.resolve("expected.safetensors")).readFloats(name);
    }

    /** Opened once for both tests. */
    private static LanguageModel model(Path folder) throws IOException {
        if (!MODELS.containsKey(folder)) {
            MODELS.put(folder, open(folder));
        }
        return MODELS.get(folder);
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(LanguageModel::close);
    }

    private static LanguageModel open(Path folder) throws IOException {
        LanguageModel.Builder builder = LanguageModel.builder().folder(folder).precision(Precision.FLOAT32);
        if (expected(folder).hasNonNull("context_length")) {
            builder.contextLength(expected(folder).get("context_length").intValue());
        }
        return builder.build();
    }

    private static List<PreferenceExample> examples(Path folder) throws IOException {
        JsonNode pairs = expected(folder).get("pairs");
        return IntStream.range(0, pairs.size())
                .mapToObj(pairs::get)
                .map(pair -> new PreferenceExample(
                        tokens(pair.get("prompt")),
                        tokens(pair.get("matching")),
                        tokens(pair.get("not_matching")),
                        false))
                .toList();
    }

    private static int[] tokens(JsonNode list) {
        return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void should_give_the_loss_and_the_gradient_of_pytorch_in_both_directions(Path folder) throws IOException {
        double beta = expected(folder).get("training").get("beta").doubleValue();
        int block = expected(folder).get("steered_block").intValue();
        List<PreferenceExample> examples = examples(folder);
        float[] vector = numbers(folder, "vector");
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= 0.5f;
        }
        try (EngineAnswers answers =
                new EngineAnswers(model(folder), examples, new TreeSet<>(List.of(block)), 1 << 20, () -> {})) {
            for (int direction : new int[] {1, -1}) {
                List<SteeredPair> pairs = IntStream.range(0, examples.size())
                        .mapToObj(pair -> new SteeredPair(pair, 0, direction))
                        .toList();
                try (SteerableAnswers.Pass pass = answers.forward(pairs, List.<float[][]>of(new float[][] {vector}))) {
                    double loss = 0;
                    PairScore[] weights = new PairScore[pairs.size()];
                    for (int i = 0; i < weights.length; i++) {
                        PairScore steered = pass.scores().get(i);
                        PairScore unsteered = answers.unsteered(i);
                        double margin = direction
                                * ((steered.matching() - unsteered.matching())
                                        - (steered.notMatching() - unsteered.notMatching()));
                        double slope = direction * BiPOLoss.slope(beta, margin) / weights.length;
                        loss += BiPOLoss.value(beta, margin) / weights.length;
                        weights[i] = new PairScore(slope, -slope);
                    }
                    String name = direction > 0 ? "plus" : "minus";
                    assertThat(loss)
                            .isCloseTo(expected(folder).get("losses").get(name).doubleValue(), within(1e-4));
                    float[] gradient = pass.gradients(List.of(weights)).get(0)[0];
                    float[] correct = numbers(folder, "gradient_" + name);
                    assertThat(norm(minus(gradient, correct))).isLessThan(1e-3 * norm(correct));
                    assertThat(norm(correct)).isGreaterThan(0.01);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void should_reach_the_vector_of_pytorch_after_fifty_steps(Path folder) throws IOException {
        JsonNode training = expected(folder).get("training");
        List<PreferenceExample> examples = examples(folder);
        // The pairs' texts are their numbers: there are no tokenizers here.
        PreferenceData data = new PreferenceData(
                "parity",
                IntStream.range(0, examples.size())
                        .mapToObj(i -> new PreferencePair(String.valueOf(i), "yes", "no"))
                        .toList());
        BiPOSettings settings = BiPOSettings.forLayers(
                        expected(folder).get("steered_block").intValue())
                .beta(training.get("beta").doubleValue())
                .learningRate(training.get("learning_rate").doubleValue())
                .weightDecay(training.get("weight_decay").doubleValue())
                .warmUpSteps(training.get("warm_up_steps").intValue())
                .schedule(LearningRateSchedule.COSINE)
                .epochs(training.get("steps").intValue())
                .batchSize(examples.size())
                .seed(training.get("seed").longValue())
                .gradientClipping(0)
                .validationShare(0)
                .build();
        float[] trained = BiPO.with(settings)
                .train(model(folder), "parity", data, pair -> examples.get(Integer.parseInt(pair.question())))
                .vector()
                .layer(settings.layers().first());
        float[] correct = numbers(folder, "trained");

        assertThat(cosine(trained, correct)).isGreaterThanOrEqualTo(0.999);
        assertThat(norm(trained)).isCloseTo(norm(correct), within(0.01 * norm(correct)));
    }

    private static float[] minus(float[] a, float[] b) {
        float[] difference = a.clone();
        for (int i = 0; i < a.length; i++) {
            difference[i] -= b[i];
        }
        return difference;
    }

    private static double norm(float[] values) {
        return Math.sqrt(product(values, values));
    }

    private static double cosine(float[] a, float[] b) {
        return product(a, b) / (norm(a) * norm(b));
    }

    private static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
