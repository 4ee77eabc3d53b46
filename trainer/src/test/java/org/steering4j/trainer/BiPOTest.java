package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.trainer.SteerableAnswers.PairScore;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;

/** BiPO on the real engine, with a tiny model of random weights. */
class BiPOTest {

    private static final PreferenceData DATA = new PreferenceData(
            "test data",
            IntStream.range(0, 12)
                    .mapToObj(i -> new PreferencePair("Is it " + i + "?", "Yes, it is " + i, "No way"))
                    .toList());

    @TempDir
    static Path models;

    @TempDir
    Path folder;

    private static LanguageModel model;
    private static AnswerEncoder encoder;

    @BeforeAll
    static void open() throws Exception {
        Path modelFolder = RandomModelFolder.write(models.resolve("random-llama"));
        model = LanguageModel.builder()
                .folder(modelFolder)
                .precision(Precision.FLOAT32)
                .build();
        encoder = new AnswerEncoder(PromptRenderer.open(modelFolder), "Be good.");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static BiPOSettings.Builder settings(Integer... layers) {
        return BiPOSettings.forLayers(layers)
                .learningRate(0.05)
                .epochs(3)
                .warmUpSteps(2)
                .batchSize(3)
                .validationShare(0.25);
    }

    private static TrainingResult train(BiPO bipo) {
        return bipo.train(model, "agreeing", DATA, encoder::encode);
    }

    @Test
    void should_encode_a_pair_as_the_chat_template_writes_it() {
        PreferenceExample example = encoder.encode(new PreferencePair("Why?", "So.", "Not so."));

        assertThat(example.prompt()[0]).isEqualTo(257);
        assertThat(example.prompt()).endsWith('a', 's', 's', 'i', 's', 't', 'a', 'n', 't', '\n');
        assertThat(example.matching()).containsExactly('S', 'o', '.', 258);
        assertThat(example.notMatching()).containsExactly('N', 'o', 't', ' ', 's', 'o', '.', 258);
    }

    @Test
    void should_start_with_a_loss_of_ln_2_and_lower_it_in_both_directions() {
        TrainingResult result = train(BiPO.with(settings(1).epochs(12).beta(0.5).build()));

        assertThat(result.curve().steps().get(0).metrics().both().loss()).isCloseTo(Math.log(2), within(1e-4));
        assertThat(result.best().validation().positive().loss()).isLessThan(0.6);
        assertThat(result.best().validation().negative().loss()).isLessThan(0.6);
        assertThat(result.best().validation().both().accuracy()).isGreaterThan(0.8);
        assertThat(result.plan().trainingPairs()).isEqualTo(9);
        assertThat(result.plan().validationPairs()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "-1, 1", "1, 2", "-1, 2"})
    void should_give_a_gradient_that_agrees_with_central_differences_within_one_percent(int sign, int layers) {
        BiPOSettings settings =
                layers == 1 ? settings(1).build() : settings(0, 2).build();
        List<PreferenceExample> examples =
                DATA.pairs().stream().limit(2).map(encoder::encode).toList();
        float[][] vector = new float[layers][model.shape().hiddenSize()];
        Random random = new Random(3);
        for (float[] layer : vector) {
            for (int i = 0; i < layer.length; i++) {
                layer[i] = (float) (0.3 * random.nextGaussian());
            }
        }
        List<PairScore> weights = List.of(new PairScore(0.7, -0.4), new PairScore(0.2, -0.9));
        List<SteeredPair> pairs = List.of(new SteeredPair(0, 0, sign), new SteeredPair(1, 0, sign));
        try (EngineAnswers answers = new EngineAnswers(model, examples, settings.layers(), 0, () -> {})) {
            float[][] gradient;
            try (SteerableAnswers.Pass pass = answers.forward(pairs, List.<float[][]>of(vector))) {
                gradient = pass.gradients(weights).get(0);
            }
            double squaredDifference = 0;
            double squaredNorm = 0;
            for (int layer = 0; layer < layers; layer++) {
                for (int i = 0; i < vector[layer].length; i++) {
                    double slope = (weighted(answers, pairs, weights, moved(vector, layer, i, 0.01f))
                                    - weighted(answers, pairs, weights, moved(vector, layer, i, -0.01f)))
                            / 0.02;
                    squaredDifference += Math.pow(slope - gradient[layer][i], 2);
                    squaredNorm += slope * slope;
                }
            }
            assertThat(squaredNorm).isGreaterThan(1e-4);
            assertThat(Math.sqrt(squaredDifference / squaredNorm)).isLessThan(0.01);
        }
    }

    private static double weighted(
            EngineAnswers answers, List<SteeredPair> pairs, List<PairScore> weights, float[][] vector) {
        List<PairScore> scores = answers.score(pairs, List.<float[][]>of(vector));
        double sum = 0;
        for (int i = 0; i < weights.size(); i++) {
            sum += weights.get(i).matching() * scores.get(i).matching()
                    + weights.get(i).notMatching() * scores.get(i).notMatching();
        }
        return sum;
    }

    private static float[][] moved(float[][] vector, int layer, int index, float distance) {
        float[][] moved = java.util.Arrays.stream(vector).map(float[]::clone).toArray(float[][]::new);
        moved[layer][index] += distance;
        return moved;
    }

    @Test
    void should_tell_where_a_vector_comes_from() {
        TrainingResult result = train(BiPO.with(settings(0, 2).build()));

        assertThat(result.vector().behavior()).isEqualTo("agreeing");
        assertThat(result.vector().layers()).containsExactly(0, 2);
        assertThat(result.vector().method()).contains("BiPO");
        assertThat(result.vector().modelName()).contains("random-llama");
        assertThat(result.vector().architecture()).contains("llama");
        assertThat(result.vector().settings())
                .containsEntry("beta", "0.1")
                .containsEntry("data", "test data")
                .containsEntry("precision", "float32")
                .containsEntry("training pairs", "9")
                .containsKeys("seed", "validation loss", "epoch");
        assertThat(Math.hypot(result.vector().norm(0), result.vector().norm(2)))
                .isCloseTo(result.best().vectorNorm(), within(1e-9));
    }

    @Test
    void should_give_the_same_vector_for_the_same_seed() {
        TrainingResult first = train(BiPO.with(settings(1).build()));
        TrainingResult second = train(BiPO.with(settings(1).build()));

        assertThat(second.vector()).isEqualTo(first.vector());
        assertThat(second.curve()).isEqualTo(first.curve());
    }

    @Test
    void should_resume_an_interrupted_training_to_the_same_result() {
        TrainingResult uninterrupted = train(BiPO.with(settings(1).build()));
        Path checkpoint = folder.resolve("training.checkpoint");
        BiPO interrupted = BiPO.with(settings(1).build()).checkpoint(checkpoint).listener(new TrainingListener() {
            @Override
            public void onStep(TrainingStep step) {
                if (step.step() == 5) {
                    Thread.currentThread().interrupt();
                }
            }
        });

        assertThatThrownBy(() -> train(interrupted))
                .isInstanceOf(TrainingInterruptedException.class)
                .hasMessageContaining("after step 5")
                .hasMessageContaining("training.checkpoint");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(BiPO.checkpointPrecision(checkpoint)).isEqualTo(Precision.FLOAT32);
        List<TrainingPlan> plans = new ArrayList<>();
        TrainingResult resumed =
                train(BiPO.with(settings(1).build()).resume(checkpoint).listener(new TrainingListener() {
                    @Override
                    public void onStart(TrainingPlan plan) {
                        plans.add(plan);
                    }
                }));

        assertThat(plans.get(0).stepsDone()).isEqualTo(5);
        assertThat(resumed.vector()).isEqualTo(uninterrupted.vector());
        assertThat(resumed.curve()).isEqualTo(uninterrupted.curve());
    }

    @Test
    void should_go_on_with_a_checkpoint_of_another_machine_only_if_told_to() {
        Path checkpoint = folder.resolve("training.checkpoint");
        BiPOSettings settings = settings(1).epochs(1).build();
        train(BiPO.with(settings).checkpoint(checkpoint));
        TrainingState start = TrainingState.start(1, model.shape().hiddenSize());
        Map<String, String> other = new HashMap<>(model.computeEnvironment());
        other.replaceAll((name, value) -> name.startsWith("threads") ? "640" : value);
        new Checkpoint(checkpoint, Checkpoint.readIdentity(checkpoint), other).write(start);

        boolean[] prepared = {false};
        assertThatThrownBy(() -> train(BiPO.with(settings).resume(checkpoint).listener(new TrainingListener() {
                    @Override
                    public void onPreparation(int pairs) {
                        prepared[0] = true;
                    }
                })))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("threads of libtorch (OMP_NUM_THREADS) (checkpoint: 640, now: ");
        assertThat(prepared[0]).as("the model was run for nothing").isFalse();

        assertThat(train(BiPO.with(settings).resumeOnAnyMachine(checkpoint)).vector())
                .isEqualTo(train(BiPO.with(settings)).vector());
        Checkpoint.requireSameEnvironment(checkpoint, model.computeEnvironment(), false);
    }

    @Test
    void should_stop_cleanly_when_interrupted_just_before_the_checkpoint_of_an_epoch() {
        Path checkpoint = folder.resolve("training.checkpoint");
        BiPO interrupted = BiPO.with(settings(1).build()).checkpoint(checkpoint).listener(new TrainingListener() {
            @Override
            public void onEvaluation(TrainingEvaluation evaluation) {
                Thread.currentThread().interrupt();
            }
        });

        assertThatThrownBy(() -> train(interrupted)).isInstanceOf(TrainingInterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder).isDirectoryContaining("glob:**training.checkpoint");
        assertThat(train(BiPO.with(settings(1).build()).resume(checkpoint)).vector())
                .isEqualTo(train(BiPO.with(settings(1).build())).vector());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 20})
    void should_stop_cleanly_when_interrupted_before_its_pairs_are_prepared(long memoryBytes) {
        Path checkpoint = folder.resolve("training.checkpoint");
        BiPO interrupted = BiPO.with(settings(1).build())
                .checkpoint(checkpoint)
                .memoryBytes(memoryBytes)
                .listener(new TrainingListener() {
                    @Override
                    public void onPreparation(int pairs) {
                        Thread.currentThread().interrupt();
                    }
                });

        assertThatThrownBy(() -> train(interrupted))
                .isInstanceOf(TrainingInterruptedException.class)
                .hasMessage("training was interrupted while its pairs were prepared; start it again");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void should_refuse_to_resume_another_training() {
        Path checkpoint = folder.resolve("training.checkpoint");
        train(BiPO.with(settings(1).epochs(1).build()).checkpoint(checkpoint));

        assertThatThrownBy(() -> train(BiPO.with(settings(1).epochs(2).build()).resume(checkpoint)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("epochs (checkpoint: 1, now: 2)");
        PreferenceData other = new PreferenceData("other", DATA.pairs().subList(0, 11));
        assertThatThrownBy(() -> BiPO.with(settings(1).epochs(1).build())
                        .resume(checkpoint)
                        .train(model, "agreeing", other, encoder::encode))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("data");
    }

    @Test
    void should_refuse_to_overwrite_a_checkpoint() throws Exception {
        Path checkpoint = Files.writeString(folder.resolve("training.checkpoint"), "precious");

        boolean[] prepared = {false};
        BiPO careless = BiPO.with(settings(1).build()).checkpoint(checkpoint).listener(new TrainingListener() {
            @Override
            public void onPreparation(int pairs) {
                prepared[0] = true;
            }
        });

        assertThatThrownBy(() -> train(careless))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("exists already");
        assertThat(checkpoint).hasContent("precious");
        assertThat(prepared[0]).as("the model was run for nothing").isFalse();
    }

    @Test
    void should_refuse_a_layer_that_the_model_lacks() {
        assertThatThrownBy(() -> train(BiPO.with(settings(3).build())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("layer 3 is out of range: random-llama has layers 0 to 2");
    }

    @Test
    void should_count_truncated_pairs() {
        TrainingResult result =
                train(BiPO.with(settings(1).epochs(1).maximumTokens(30).build()));

        assertThat(result.plan().truncatedPairs()).isEqualTo(12);
    }
}
