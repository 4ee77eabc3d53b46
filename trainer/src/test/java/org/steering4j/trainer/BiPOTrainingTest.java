package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.vector.FileNotWrittenException;

class BiPOTrainingTest {

    private static final int PAIRS = 23;
    private static final PairSplit SPLIT = new PairSplit(
            IntStream.range(0, 18).toArray(), IntStream.range(18, PAIRS).toArray());

    private static final Checkpoint.Expected EXPECTED = new Checkpoint.Expected(1, ToyModel.HIDDEN_SIZE, 5, 30);

    @TempDir
    Path folder;

    private static BiPOSettings.Builder settings() {
        return BiPOSettings.forLayers(0)
                .learningRate(0.05)
                .epochs(6)
                .warmUpSteps(3)
                .gradientClipping(0);
    }

    private static TrainingState start(int layers) {
        return TrainingState.start(layers, ToyModel.HIDDEN_SIZE);
    }

    private static BiPOTraining training(BiPOSettings settings, TrainingState state) {
        return new BiPOTraining(SPLIT, settings, new TrainingListener() {}, state);
    }

    private static Checkpoint.Expected expected(BiPOTraining training) {
        return new Checkpoint.Expected(1, ToyModel.HIDDEN_SIZE, training.stepsPerEpoch(), training.totalSteps());
    }

    private static void run(SteerableAnswers model, BiPOTraining training) {
        run(model, training, () -> {});
    }

    private static void run(SteerableAnswers model, BiPOTraining training, Runnable save) {
        Demand demand;
        while ((demand = training.next(save)) != null) {
            training.take(
                    demand,
                    JointPasses.run(model, List.of(demand), training::requireNoStop)
                            .get(0));
        }
    }

    private static TrainingState train(BiPOSettings settings) {
        TrainingState state = start(settings.layers().size());
        run(new ToyModel(PAIRS, settings.layers().size()), training(settings, state));
        return state;
    }

    @Test
    void should_start_with_a_loss_of_ln_2() {
        TrainingState state = train(settings().build());

        TrainingStep first = state.steps.get(0);
        assertThat(first.metrics().both().loss()).isCloseTo(Math.log(2), within(1e-12));
        assertThat(first.metrics().both().margin()).isZero();
    }

    @Test
    void should_separate_the_answers_in_both_directions() {
        TrainingState state = train(settings().build());

        PreferenceMetrics validation = state.lastEvaluation().validation();
        assertThat(validation.positive().accuracy()).isEqualTo(1);
        assertThat(validation.negative().accuracy()).isEqualTo(1);
        assertThat(validation.positive().favouredLogRatio()).isPositive();
        assertThat(validation.negative().favouredLogRatio()).isPositive();
        assertThat(validation.both().loss()).isLessThan(0.6);
        assertThat(validation.both().pairs()).isEqualTo(10);
    }

    @Test
    void should_draw_one_direction_for_a_batch_and_both_in_a_training() {
        TrainingState state = train(settings().build());

        assertThat(state.steps)
                .allSatisfy(step -> assertThat(step.metrics().positive().pairs() == 0)
                        .isNotEqualTo(step.metrics().negative().pairs() == 0));
        assertThat(state.steps)
                .anySatisfy(
                        step -> assertThat(step.metrics().positive().pairs()).isPositive());
        assertThat(state.steps)
                .anySatisfy(
                        step -> assertThat(step.metrics().negative().pairs()).isPositive());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void should_follow_the_gradient_that_finite_differences_give(int layers) {
        ToyModel model = new ToyModel(PAIRS, layers);
        BiPOSettings settings = BiPOSettings.forLayers(layers == 1 ? new Integer[] {0} : new Integer[] {0, 1})
                .gradientClipping(0)
                .batchSize(18)
                .epochs(1)
                .warmUpSteps(0)
                .beta(0.3)
                .build();
        TrainingState state = start(layers);
        for (int i = 0; i < ToyModel.HIDDEN_SIZE; i++) {
            state.vector[0][i] = 0.1f * i - 0.2f;
            state.vector[layers - 1][i] = 0.3f - 0.1f * i;
        }
        float[][] vector = copy(state.vector);
        run(model, training(settings, state));

        double direction = state.steps.get(0).metrics().positive().pairs() > 0 ? 1 : -1;
        for (int layer = 0; layer < layers; layer++) {
            for (int i = 0; i < ToyModel.HIDDEN_SIZE; i++) {
                // After the first step the first moment is a tenth of the gradient.
                double slope = state.firstMoment[layer][i] / 0.1;
                double expected = (loss(model, moved(vector, layer, i, 1e-3f), direction, 0.3)
                                - loss(model, moved(vector, layer, i, -1e-3f), direction, 0.3))
                        / 2e-3;
                assertThat(slope).isCloseTo(expected, within(1e-3 * Math.abs(expected) + 1e-6));
            }
        }
        assertThat(state.steps.get(0).metrics().both().loss())
                .isCloseTo(loss(model, vector, direction, 0.3), within(1e-12));
    }

    /** The loss of the definition, computed apart from the code under test. */
    private static double loss(ToyModel model, float[][] vector, double direction, double beta) {
        double sum = 0;
        for (int pair : SPLIT.training()) {
            SteerableAnswers.PairScore steered = model.score(
                            List.of(new SteeredPair(pair, 0, (int) direction)), List.<float[][]>of(vector))
                    .get(0);
            SteerableAnswers.PairScore unsteered = model.unsteered(pair);
            double margin =
                    steered.matching() - unsteered.matching() - (steered.notMatching() - unsteered.notMatching());
            sum -= Math.log(1 / (1 + Math.exp(-direction * beta * margin)));
        }
        return sum / SPLIT.training().length;
    }

    private static float[][] moved(float[][] vector, int layer, int index, float distance) {
        float[][] moved = copy(vector);
        moved[layer][index] += distance;
        return moved;
    }

    private static float[][] copy(float[][] vector) {
        return java.util.Arrays.stream(vector).map(float[]::clone).toArray(float[][]::new);
    }

    @Test
    void should_give_the_same_vector_for_the_same_seed_and_another_for_another() {
        assertThat(train(settings().build()).best)
                .isDeepEqualTo(train(settings().build()).best);
        assertThat(train(settings().seed(12).build()).best[0])
                .isNotEqualTo(train(settings().build()).best[0]);
    }

    @Test
    void should_average_over_accumulated_batches_as_over_one_big_batch() {
        BiPOSettings small =
                settings().batchSize(3).accumulationSteps(2).epochs(1).build();
        TrainingState state = train(small);

        assertThat(state.steps).hasSize(3);
        assertThat(state.steps)
                .allSatisfy(step -> assertThat(step.metrics().both().pairs()).isEqualTo(6));
    }

    @Test
    void should_clip_the_gradient_by_its_norm() {
        TrainingState state =
                train(settings().gradientClipping(1e-3).epochs(1).batchSize(18).build());

        assertThat(state.steps.get(0).gradientNorm()).isGreaterThan(1e-2);
        assertThat(TrainingState.norm(state.firstMoment)).isCloseTo(1e-4, within(1e-7));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9, 17, 31, 44})
    void should_resume_to_the_same_result_bit_for_bit_wherever_it_was_stopped(int pass) {
        BiPOSettings settings =
                settings().accumulationSteps(2).batchSize(3).patience(4).build();
        TrainingState uninterrupted = train(settings);
        Checkpoint checkpoint = new Checkpoint(folder.resolve("checkpoint.json"), settings.describe(), Map.of());

        ToyModel model = new ToyModel(PAIRS, 1);
        TrainingState stopped = start(1);
        BiPOTraining training = training(settings, stopped);
        model.atPass(pass, training::requestStop);
        assertThatThrownBy(() -> run(model, training)).isInstanceOf(BiPOTraining.StopRequested.class);
        checkpoint.write(stopped);
        TrainingState resumed = checkpoint.read(expected(training));
        run(model, training(settings, resumed));

        assertThat(stopped.stepsDone()).isLessThan(uninterrupted.stepsDone());
        assertThat(resumed.vector).isDeepEqualTo(uninterrupted.vector);
        assertThat(resumed.best).isDeepEqualTo(uninterrupted.best);
        assertThat(resumed.firstMoment).isDeepEqualTo(uninterrupted.firstMoment);
        assertThat(resumed.steps).isEqualTo(uninterrupted.steps);
        assertThat(resumed.evaluations).isEqualTo(uninterrupted.evaluations);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 7, 8, 9, 30})
    void should_leave_the_state_alone_once_it_is_saved_for_the_end_of_the_jvm(int pass) {
        Checkpoint checkpoint = new Checkpoint(folder.resolve("checkpoint.json"), Map.of(), Map.of());
        ToyModel model = new ToyModel(PAIRS, 1);
        TrainingState state = start(1);
        BiPOTraining training = training(settings().build(), state);
        model.atPass(pass, () -> training.freeze(() -> checkpoint.write(state)));

        assertThatThrownBy(() -> run(model, training)).isInstanceOf(BiPOTraining.StopRequested.class);
        TrainingState saved = checkpoint.read(expected(training));
        assertThat(saved.vector).isDeepEqualTo(state.vector);
        assertThat(saved.steps).isEqualTo(state.steps);
        run(new ToyModel(PAIRS, 1), training(settings().build(), saved));
        assertThat(saved.best).isDeepEqualTo(train(settings().build()).best);
    }

    @Test
    void should_stop_when_its_thread_is_interrupted() {
        ToyModel model = new ToyModel(PAIRS, 1);
        BiPOTraining training = training(settings().build(), start(1));
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> run(model, training)).isInstanceOf(BiPOTraining.StopRequested.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void should_keep_the_vector_of_the_lowest_validation_loss() {
        TrainingState state = train(settings().learningRate(4).epochs(8).beta(3).build());

        double lowest = state.evaluations.stream()
                .mapToDouble(evaluation -> evaluation.validation().both().loss())
                .min()
                .orElseThrow();
        assertThat(state.bestEvaluation().validation().both().loss()).isEqualTo(lowest);
        assertThat(TrainingState.norm(state.best))
                .isEqualTo(state.bestEvaluation().vectorNorm());
    }

    @Test
    void should_stop_early_when_the_patience_is_exhausted() {
        TrainingState state = train(settings()
                .learningRate(9)
                .beta(5)
                .epochs(200)
                .patience(2)
                .warmUpSteps(0)
                .build());

        assertThat(state.evaluations.size()).isLessThan(200);
        assertThat(state.evaluationsWithoutImprovement()).isEqualTo(2);
    }

    @Test
    void should_evaluate_as_often_as_asked_and_at_the_end() {
        TrainingState state = train(settings().evaluateEvery(7).build());

        assertThat(state.evaluations.stream().map(TrainingEvaluation::step)).containsExactly(7, 14, 21, 28, 30);
        assertThat(state.evaluations.get(1).training().both().pairs()).isBetween(24, 28);
    }

    @Test
    void should_keep_the_last_vector_when_nothing_is_held_out() {
        TrainingState state = start(1);
        PairSplit all = new PairSplit(IntStream.range(0, PAIRS).toArray(), new int[0]);
        run(new ToyModel(PAIRS, 1), new BiPOTraining(all, settings().build(), new TrainingListener() {}, state));

        assertThat(state.best).isDeepEqualTo(state.vector);
        assertThat(state.lastEvaluation().validation().both().pairs()).isZero();
    }

    @Test
    void should_stop_with_the_step_and_the_last_good_vector_when_the_loss_is_not_a_number() {
        TrainingState state = start(1);
        ToyModel toy = new ToyModel(PAIRS, 1);
        SteerableAnswers broken = new SteerableAnswers() {
            @Override
            public PairScore unsteered(int pair) {
                return toy.unsteered(pair);
            }

            @Override
            public List<int[]> passes(List<SteeredPair> pairs) {
                return toy.passes(pairs);
            }

            @Override
            public List<PairScore> score(List<SteeredPair> pairs, List<float[][]> vectors) {
                return toy.score(pairs, vectors);
            }

            @Override
            public Pass forward(List<SteeredPair> pairs, List<float[][]> vectors) {
                return toy.forward(
                        pairs,
                        state.stepsDone() < 7
                                ? vectors
                                : List.<float[][]>of(new float[][] {{Float.NaN, 0, 0, 0, 0, 0}}));
            }
        };

        assertThatThrownBy(() -> run(broken, training(settings().build(), state)))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("loss became NaN at step 8");
        assertThat(state.stepsDone()).isEqualTo(7);
        assertThat(state.vector[0]).doesNotContain(Float.NaN);
    }

    @Test
    void should_take_nothing_of_a_step_that_leads_beyond_the_finite_numbers() {
        TrainingState state = start(1);
        run(new ToyModel(PAIRS, 1), training(settings().epochs(1).build(), state));
        TrainingState before = new TrainingState(
                copy(state.vector), copy(state.firstMoment), copy(state.secondMoment), copy(state.best));
        AdamW optimizer = new AdamW(0, state.stepsDone(), state.firstMoment, state.secondMoment);
        double[][] gradient = new double[1][ToyModel.HIDDEN_SIZE];
        gradient[0][0] = 1;
        double[][] huge = {gradient[0].clone()};
        huge[0][ToyModel.HIDDEN_SIZE - 1] = 1e30;

        assertThatThrownBy(() -> optimizer.update(state.vector, gradient, 1e300))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("the vector's norm became Infinity at step " + (state.stepsDone() + 1));
        assertThatThrownBy(() -> optimizer.update(state.vector, huge, 0.1))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("the norm of the squared gradient's moving average became Infinity");
        assertThat(state.vector).isDeepEqualTo(before.vector);
        assertThat(state.firstMoment).isDeepEqualTo(before.firstMoment);
        assertThat(state.secondMoment).isDeepEqualTo(before.secondMoment);

        // Not even the count of the steps, by which the moments are corrected, has moved.
        optimizer.update(state.vector, gradient, 0.1);
        new AdamW(0, state.stepsDone(), before.firstMoment, before.secondMoment).update(before.vector, gradient, 0.1);
        assertThat(state.vector).isDeepEqualTo(before.vector);
    }

    @Test
    void should_compute_the_loss_without_overflow() {
        assertThat(BiPOLoss.value(1, 0)).isCloseTo(Math.log(2), within(1e-15));
        assertThat(BiPOLoss.value(1, -5000)).isEqualTo(5000);
        assertThat(BiPOLoss.value(1, 5000)).isZero();
    }

    @Test
    void should_refuse_a_checkpoint_of_another_training_and_say_what_differs() {
        Path file = folder.resolve("checkpoint.json");
        new Checkpoint(file, Map.of("beta", "0.1", "data", "a"), Map.of()).write(start(1));

        assertThatThrownBy(() -> new Checkpoint(file, Map.of("beta", "1.0", "data", "a"), Map.of()).read(EXPECTED))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("beta (checkpoint: 0.1, now: 1.0)")
                .hasMessageNotContaining("data");
    }

    @Test
    void should_refuse_a_damaged_or_missing_checkpoint() throws Exception {
        Path file = folder.resolve("checkpoint.json");
        Checkpoint checkpoint = new Checkpoint(file, Map.of(), Map.of());

        assertThatThrownBy(() -> checkpoint.read(EXPECTED))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cannot be read");
        for (String content : new String[] {
            "",
            "{",
            "null",
            "[]",
            "{}",
            "{\"format\":\"steering4j training checkpoint 1\"}",
            "{\"format\":\"steering4j training checkpoint 2\"}"
        }) {
            java.nio.file.Files.writeString(file, content);
            assertThatThrownBy(() -> checkpoint.read(EXPECTED))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("checkpoint.json");
        }
    }

    @Test
    void should_save_a_state_into_the_room_it_reserved_when_the_disk_has_become_full() throws Exception {
        Path file = folder.resolve("checkpoint.json");
        Path reserve = folder.resolve("checkpoint.json.reserve");
        boolean[] full = {false};
        Checkpoint checkpoint = new Checkpoint(file, Map.of(), Map.of(), (target, content) -> {
            if (full[0] && Files.exists(reserve)) {
                throw new FileNotWrittenException(target, "No space left on device");
            }
            AtomicFiles.write(target, content);
        });
        TrainingState state = start(1);
        checkpoint.write(state, 3);
        assertThat(Files.size(reserve)).isGreaterThan(Files.size(file));

        full[0] = true;
        state.firstMoment[0][0] = 7;
        checkpoint.write(state);

        assertThat(checkpoint.read(EXPECTED).firstMoment[0][0]).isEqualTo(7);
        assertThat(reserve).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_say_that_there_is_no_room_for_the_next_state_after_this_one_is_written() throws Exception {
        Path file = folder.resolve("checkpoint.json");
        Path reserve = Files.createSymbolicLink(folder.resolve("checkpoint.json.reserve"), Path.of("/dev/full"));
        Checkpoint checkpoint = new Checkpoint(file, Map.of(), Map.of());
        TrainingState state = start(1);

        assertThatThrownBy(() -> checkpoint.write(state, 3))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining(reserve + " was not written: there is no room to save what comes next")
                .hasMessageContaining("Free some space, then resume");
        assertThat(checkpoint.read(EXPECTED).vector).isDeepEqualTo(state.vector);
        assertThat(reserve).doesNotExist();
    }

    @Test
    void should_save_the_end_of_a_training_that_its_patience_ends_within_an_epoch() {
        TrainingState state = start(1);
        List<Integer> saved = new ArrayList<>();
        BiPOTraining training =
                training(settings().evaluateEvery(1).patience(1).learningRate(1).build(), state);
        ToyModel model = new ToyModel(PAIRS, 1);

        run(model, training, () -> saved.add(state.stepsDone()));

        assertThat(saved).last().isEqualTo(state.stepsDone());
    }
}
