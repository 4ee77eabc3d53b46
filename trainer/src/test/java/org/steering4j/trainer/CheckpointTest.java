package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a training may be resumed from, and what not. */
class CheckpointTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAIRS = 23;
    private static final PairSplit SPLIT = new PairSplit(
            IntStream.range(0, 18).toArray(), IntStream.range(18, PAIRS).toArray());
    private static final Map<String, String> ENVIRONMENT = Map.of("threads", "2", "processor", "fast");

    @TempDir
    Path folder;

    private Path file;
    private Checkpoint checkpoint;
    private TrainingState state;
    private Checkpoint.Expected expected;

    /** Trains on a toy for three of six epochs, and saves. */
    @BeforeEach
    void save() {
        file = folder.resolve("checkpoint.json");
        checkpoint = new Checkpoint(file, Map.of("seed", "1"), ENVIRONMENT);
        state = TrainingState.start(1, ToyModel.HIDDEN_SIZE);
        BiPOSettings settings =
                BiPOSettings.forLayers(0).learningRate(0.05).epochs(6).build();
        BiPOTraining training = new BiPOTraining(SPLIT, settings, new TrainingListener() {}, state);
        expected = new Checkpoint.Expected(1, ToyModel.HIDDEN_SIZE, training.stepsPerEpoch(), training.totalSteps());
        ToyModel model = new ToyModel(PAIRS, 1);
        while (state.stepsDone() < 3 * training.stepsPerEpoch()) {
            Demand demand = training.next(() -> {});
            training.take(
                    demand, JointPasses.run(model, List.of(demand), () -> {}).get(0));
        }
        checkpoint.write(state);
    }

    private static void assertSame(TrainingState found, TrainingState expected) {
        assertThat(found.vector).isDeepEqualTo(expected.vector);
        assertThat(found.firstMoment).isDeepEqualTo(expected.firstMoment);
        assertThat(found.secondMoment).isDeepEqualTo(expected.secondMoment);
        assertThat(found.best).isDeepEqualTo(expected.best);
        assertThat(found.steps).isEqualTo(expected.steps);
        assertThat(found.evaluations).isEqualTo(expected.evaluations);
    }

    private void assertDamaged() {
        assertThatThrownBy(() -> checkpoint.read(expected))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("is damaged")
                .hasMessageContaining("Resume from a copy of it, or delete it and begin anew");
    }

    @Test
    void should_give_back_what_was_written() {
        assertThat(state.evaluations).hasSizeGreaterThan(1);
        assertSame(checkpoint.read(expected), state);
        assertThat(Checkpoint.readIdentity(file)).isEqualTo(Map.of("seed", "1"));
    }

    @Test
    void should_refuse_whatever_a_disk_or_an_editor_makes_of_it() throws Exception {
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(4);
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            Files.write(file, mutated(whole, random));
            try {
                assertSame(checkpoint.read(expected), state); // such as another blank between two values
            } catch (CheckpointException e) {
                refused++;
                assertThat(e).hasMessageContaining(file.toString());
            }
        }
        assertThat(refused).isGreaterThan(2900);
    }

    private static byte[] mutated(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        int place = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, place + 1 + random.nextInt(40));
        switch (random.nextInt(6)) {
            case 0 -> bytes[place] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[place] = (byte) "0123456789,:[]{}\"-Aae".charAt(random.nextInt(21));
            case 2 -> bytes = Arrays.copyOf(bytes, place);
            case 3 -> bytes = joined(Arrays.copyOf(bytes, place), Arrays.copyOfRange(bytes, end, bytes.length));
            case 4 -> bytes = joined(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, place, bytes.length));
            default -> Arrays.fill(bytes, place, end, (byte) 0);
        }
        return Arrays.equals(bytes, whole) ? mutated(whole, random) : bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void should_refuse_every_value_that_was_edited_or_taken_out() throws Exception {
        JsonNode whole = JSON.readTree(file.toFile());
        List<Consumer<ObjectNode>> edits = new java.util.ArrayList<>();
        whole.fieldNames().forEachRemaining(name -> {
            if (!name.equals("format")) {
                edits.add(tree -> tree.remove(name));
                edits.add(tree -> tree.putNull(name));
                edits.add(tree -> tree.put(name, 3));
                edits.add(tree -> tree.putArray(name).addNull());
            }
        });
        edits.add(tree -> ((ArrayNode) tree.get("evaluations")).addNull());
        edits.add(tree -> ((ArrayNode) tree.get("steps")).add(tree.get("steps").get(0)));
        edits.add(tree -> ((ArrayNode) tree.get("steps")).removeAll());
        edits.add(
                tree -> ((ArrayNode) tree.get("vector")).add(tree.get("vector").get(0)));
        edits.add(tree ->
                ((ArrayNode) tree.get("vector")).set(0, tree.get("firstMoment").get(0)));
        edits.add(tree -> ((ObjectNode) tree.get("steps").get(0)).put("gradientNorm", "NaN"));
        edits.add(tree -> ((ObjectNode) tree.get("environment")).put("threads", "4"));
        edits.add(tree -> ((ObjectNode) tree.get("identity")).put("seed", "1 "));
        edits.add(tree -> tree.put("unknown", 1));
        for (Consumer<ObjectNode> edit : edits) {
            ObjectNode tree = whole.deepCopy();
            edit.accept(tree);
            JSON.writeValue(file.toFile(), tree);
            assertDamaged();
        }
    }

    private static Named<Consumer<TrainingState>> change(String name, Consumer<TrainingState> change) {
        return Named.of(name, change);
    }

    private static TrainingStep first(TrainingState state) {
        return state.steps.get(0);
    }

    private static PreferenceMetrics metrics(int pairs, double loss, double accuracy) {
        return new PreferenceMetrics(new DirectionMetrics(pairs, loss, accuracy, 0, 0), DirectionMetrics.NONE);
    }

    private static void replaceFirst(TrainingState state, int step, int epoch, double norm, PreferenceMetrics metrics) {
        state.steps.set(0, new TrainingStep(step, epoch, 0.1, norm, 1, metrics));
    }

    private static void addEvaluation(TrainingState state, int step, int epoch, PreferenceMetrics validation) {
        state.evaluations.add(new TrainingEvaluation(step, epoch, 1, PreferenceMetrics.NONE, validation, false));
    }

    static Stream<Named<Consumer<TrainingState>>> states() {
        float[] other = new float[ToyModel.HIDDEN_SIZE + 1];
        return Stream.of(
                change("a longer array", state -> state.vector[0] = other),
                change("a shorter array", state -> state.firstMoment[0] = new float[1]),
                change("an empty array", state -> state.secondMoment[0] = new float[0]),
                change("another length of the best", state -> state.best[0] = other),
                change("not a number", state -> state.firstMoment[0][1] = Float.NaN),
                change("an infinite value", state -> state.best[0][0] = Float.POSITIVE_INFINITY),
                change("a negative square", state -> state.secondMoment[0][0] = -1e-9f),
                change("a vector that its last step did not leave", state -> state.vector[0][0] += 1),
                change("a best vector that is not its best evaluation's", state -> state.best[0][0] += 1),
                change("more steps than the training has", state -> {
                    for (int step = state.stepsDone(); step < 60; step++) {
                        state.steps.add(new TrainingStep(step + 1, step / 5 + 1, 0, 0, 0, PreferenceMetrics.NONE));
                    }
                }),
                change("no steps", state -> state.steps.clear()),
                change("a step less", state -> state.steps.remove(0)),
                change("a null step", state -> state.steps.set(0, null)),
                change("a null evaluation", state -> state.evaluations.add(null)),
                change(
                        "a step of a wrong number",
                        state -> replaceFirst(state, 2, 1, 1, first(state).metrics())),
                change(
                        "a step of a wrong epoch",
                        state -> replaceFirst(state, 1, 2, 1, first(state).metrics())),
                change(
                        "an infinite norm",
                        state -> replaceFirst(state, 1, 1, 1 / 0., first(state).metrics())),
                change("no metrics", state -> replaceFirst(state, 1, 1, 1, null)),
                change(
                        "no metrics of a direction",
                        state -> replaceFirst(state, 1, 1, 1, new PreferenceMetrics(null, DirectionMetrics.NONE))),
                change("fewer than no pairs", state -> replaceFirst(state, 1, 1, 1, metrics(-1, 1, 1))),
                change("a loss that is no number", state -> replaceFirst(state, 1, 1, 1, metrics(1, Double.NaN, 1))),
                change("an accuracy above one", state -> replaceFirst(state, 1, 1, 1, metrics(1, 1, 1.5))),
                change("an evaluation twice", state -> state.evaluations.add(state.lastEvaluation())),
                change(
                        "an evaluation beyond the last step",
                        state -> addEvaluation(state, 1000, 200, metrics(1, 1, 1))),
                change(
                        "an evaluation's negative counts",
                        state -> addEvaluation(state, state.stepsDone(), 3, metrics(-3, 1, 1))),
                change("no best evaluation", state -> {
                    TrainingEvaluation last = state.lastEvaluation();
                    state.evaluations.clear();
                    state.evaluations.add(new TrainingEvaluation(
                            last.step(), last.epoch(), last.vectorNorm(), last.training(), last.validation(), false));
                }));
    }

    @ParameterizedTest
    @MethodSource("states")
    void should_refuse_a_state_that_no_training_can_have_come_to(Consumer<TrainingState> change) {
        change.accept(state);
        checkpoint.write(state);
        assertDamaged();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3})
    void should_refuse_arrays_of_other_layers(int layers) {
        checkpoint.write(TrainingState.start(layers, ToyModel.HIDDEN_SIZE));
        assertThatThrownBy(() -> checkpoint.read(expected))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("vector has " + layers + " layers, but the training has 1");
    }

    @Test
    void should_refuse_a_file_of_another_kind() throws Exception {
        for (String content :
                List.of("not JSON", "{}", "[]", "3", "{\"format\":\"steering4j training checkpoint 1\"}")) {
            Files.writeString(file, content, StandardCharsets.UTF_8);
            assertThatThrownBy(() -> checkpoint.read(expected))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(file.toString());
            assertThatThrownBy(() -> Checkpoint.readIdentity(file)).isInstanceOf(CheckpointException.class);
        }
        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> checkpoint.read(expected)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void should_refuse_to_go_on_where_sums_are_rounded_otherwise_unless_told_to() {
        Checkpoint.requireSameEnvironment(file, ENVIRONMENT, false);
        for (Map<String, String> other : List.of(
                Map.of("threads", "1", "processor", "fast"),
                Map.of("threads", "2"),
                Map.of("threads", "2", "processor", "fast", "libtorch", "3"))) {
            assertThatThrownBy(() -> Checkpoint.requireSameEnvironment(file, other, false))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("--resume-on-any-machine")
                    .hasMessageContaining("BiPO.resumeOnAnyMachine");
            Checkpoint.requireSameEnvironment(file, other, true);
        }
        assertThatThrownBy(() ->
                        Checkpoint.requireSameEnvironment(file, Map.of("threads", "1", "processor", "fast"), false))
                .hasMessageContaining("threads (checkpoint: 2, now: 1)")
                .hasMessageNotContaining("fast");
    }
}
