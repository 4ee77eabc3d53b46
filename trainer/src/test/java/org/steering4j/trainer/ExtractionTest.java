package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Continuation;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.SteeringVector;

/** The methods that only read hidden states, with a tiny model of random weights. */
class ExtractionTest {

    private static final MethodSettings SETTINGS =
            MethodSettings.forLayers(0, 2).withSystemPrompt("Be good.");
    private static final PreferenceData DATA = new PreferenceData(
            "test data",
            IntStream.range(0, 5)
                    .mapToObj(i -> new PreferencePair("Is it " + i + "?", "Yes, it is " + i, "No way"))
                    .toList());

    @TempDir
    static Path folder;

    private static SteeredModel model;

    @BeforeAll
    static void open() throws Exception {
        model = SteeredModel.open(RandomModelFolder.write(folder.resolve("random-llama")), Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** Read one sequence at a time, position by position. */
    private static double[] state(PreferencePair pair, String answer, int layer, AnswerPosition position) {
        Continuation continuation =
                new AnswerEncoder(model, SETTINGS.systemPrompt()).continuation(pair.prompt(), answer);
        int promptLength = continuation.prompt().length;
        int textLength = continuation.answer().length - 1;
        int[] tokens = Arrays.copyOf(continuation.prompt(), promptLength + textLength);
        System.arraycopy(continuation.answer(), 0, tokens, promptLength, textLength);
        float[][] states = model.languageModel().hiddenStates(tokens, layer, LayerSteering.none());
        double[] state = new double[states[0].length];
        int from = position == AnswerPosition.LAST_TOKEN ? tokens.length - 1 : promptLength;
        for (int token = from; token < tokens.length; token++) {
            for (int i = 0; i < state.length; i++) {
                state[i] += states[token][i] / (tokens.length - from);
            }
        }
        return state;
    }

    private static double[] meanState(PreferenceData data, int layer, AnswerPosition position, boolean both) {
        double[] mean = new double[16];
        for (PreferencePair pair : data.pairs()) {
            double[] matching = state(pair, pair.matching(), layer, position);
            double[] other = both ? state(pair, pair.notMatching(), layer, position) : matching;
            for (int i = 0; i < mean.length; i++) {
                mean[i] += (matching[i] + other[i]) / 2 / data.pairs().size();
            }
        }
        return mean;
    }

    private static void assertClose(float[] actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-5));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_give_the_mean_difference_of_hidden_states(AnswerPosition position) {
        SteeringVector vector = new MeanDifference(SETTINGS, position).makeVector(model, "agreeing", DATA);

        assertThat(vector.layers()).containsExactly(0, 2);
        for (int layer : vector.layers()) {
            double[] expected = new double[16];
            for (PreferencePair pair : DATA.pairs()) {
                double[] matching = state(pair, pair.matching(), layer, position);
                double[] other = state(pair, pair.notMatching(), layer, position);
                for (int i = 0; i < expected.length; i++) {
                    expected[i] += (matching[i] - other[i]) / DATA.pairs().size();
                }
            }
            assertClose(vector.layer(layer), expected);
        }
    }

    @Test
    void should_centre_on_the_pairs_themselves_with_half_the_mean_difference() {
        SteeringVector centred = MeanCentring.with(SETTINGS).makeVector(model, "agreeing", DATA);
        SteeringVector difference = MeanDifference.with(SETTINGS).makeVector(model, "agreeing", DATA);

        for (int layer : difference.layers()) {
            double[] half = IntStream.range(0, 16)
                    .mapToDouble(i -> difference.layer(layer)[i] / 2)
                    .toArray();
            assertClose(centred.layer(layer), half);
        }
    }

    @Test
    void should_centre_on_other_data() {
        PreferenceData neutral =
                new PreferenceData("other data", List.of(new PreferencePair("Why?", "So.", "It never was.")));
        SteeringVector vector = new MeanCentring(SETTINGS, AnswerPosition.LAST_TOKEN, Optional.of(neutral))
                .makeVector(model, "agreeing", DATA);

        for (int layer : vector.layers()) {
            assertClose(
                    vector.layer(layer),
                    AnswerStates.difference(
                            meanState(DATA, layer, AnswerPosition.LAST_TOKEN, false),
                            meanState(neutral, layer, AnswerPosition.LAST_TOKEN, true)));
        }
        assertThat(vector.settings()).containsEntry("neutral data", "other data");
    }

    /** Differences along two orthogonal axes, uncorrelated: mean square 34/4 along the first, 4 along the second. */
    @Test
    void should_find_the_first_principal_component_of_a_known_covariance() {
        double[] first = {0.6, 0.8, 0};
        double[] second = {-0.8, 0.6, 0};
        double[][] coordinates = {{4, 2}, {4, -2}, {1, 2}, {1, -2}};
        double[][] differences = new double[4][3];
        for (int pair = 0; pair < 4; pair++) {
            for (int i = 0; i < 3; i++) {
                differences[pair][i] = coordinates[pair][0] * first[i] + coordinates[pair][1] * second[i];
            }
        }

        double length = Math.sqrt(34 / 4.0);
        assertThat(PrincipalComponent.scaledComponent(differences, 1))
                .containsExactly(new double[] {0.6 * length, 0.8 * length, 0}, within(1e-6));
        double[][] opposite = Arrays.stream(differences)
                .map(row -> Arrays.stream(row).map(value -> -value).toArray())
                .toArray(double[][]::new);
        assertThat(PrincipalComponent.scaledComponent(opposite, 1))
                .containsExactly(new double[] {-0.6 * length, -0.8 * length, 0}, within(1e-6));
    }

    @Test
    void should_explain_more_variance_by_the_principal_component_than_any_other_direction_does() {
        AnswerStates states = AnswerStates.of(model, DATA, SETTINGS, AnswerPosition.ANSWER_MEAN);
        SteeringVector vector = PrincipalComponent.with(SETTINGS).makeVector(model, "agreeing", DATA);
        double[][] differences = states.differences(1);

        float[] component = vector.layer(2);
        double explained = meanSquareProjection(differences, component);
        assertThat(Math.sqrt(explained)).isCloseTo(vector.norm(2), within(1e-4));
        Random random = new Random(2);
        for (int probe = 0; probe < 50; probe++) {
            float[] direction = component.clone();
            for (int i = 0; i < direction.length; i++) {
                direction[i] += (float) (0.1 * random.nextGaussian() * vector.norm(2));
            }
            assertThat(meanSquareProjection(differences, direction)).isLessThan(explained);
        }
    }

    private static double meanSquareProjection(double[][] differences, float[] direction) {
        double squares = 0;
        for (float value : direction) {
            squares += value * value;
        }
        double sum = 0;
        for (double[] difference : differences) {
            double product = 0;
            for (int i = 0; i < direction.length; i++) {
                product += difference[i] * direction[i];
            }
            sum += product * product / squares / differences.length;
        }
        return sum;
    }

    @Test
    void should_tell_where_a_vector_comes_from() {
        SteeringVector vector = PrincipalComponent.with(SETTINGS).makeVector(model, "agreeing", DATA);

        assertThat(vector.behavior()).isEqualTo("agreeing");
        assertThat(vector.method()).contains("principal component");
        assertThat(vector.modelName()).contains("random-llama");
        assertThat(vector.settings())
                .containsAllEntriesOf(Map.of(
                        "layers", "0,2",
                        "seed", "11",
                        "system prompt", "Be good.",
                        "position", "answer mean",
                        "data", "test data",
                        "training pairs", "5",
                        "precision", "float32"));
        assertThat(PrincipalComponent.with(SETTINGS).makeVector(model, "agreeing", DATA))
                .isEqualTo(vector);
    }

    @Test
    void should_refuse_a_vector_that_is_zero_or_not_a_number() {
        assertThatThrownBy(() -> finish(new double[2][16]))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("zero at layer 0");
        double[][] broken = new double[2][16];
        broken[0][3] = 1;
        broken[1][3] = Double.NaN;
        assertThatThrownBy(() -> finish(broken))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("NaN at layer 2");
    }

    private static SteeringVector finish(double[][] values) {
        return FinishedVector.of(
                MeanDifference.with(SETTINGS), Map.of(), model, "agreeing", DATA, 5, SETTINGS.layers(), values);
    }

    @Test
    void should_refuse_a_layer_that_the_model_lacks() {
        assertThatThrownBy(
                        () -> MeanDifference.with(MethodSettings.forLayers(3)).makeVector(model, "agreeing", DATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("layer 3 is out of range: random-llama has layers 0 to 2");
    }

    @Test
    void should_refuse_settings_out_of_range() {
        assertThatThrownBy(MethodSettings::forLayers)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers is []");
        assertThatThrownBy(() -> SETTINGS.withMaximumTokens(1, Truncation.ANSWER_END))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maximumTokens is 1: expected at least 2");
    }

    @Test
    void should_give_the_member_itself_when_an_ensemble_has_one() {
        SteeringVector member = MeanDifference.with(SETTINGS).makeVector(model, "agreeing", DATA);
        SteeringVector ensemble =
                new Ensemble(List.of(MeanDifference.with(SETTINGS))).makeVector(model, "agreeing", DATA);

        assertThat(ensemble.layers()).isEqualTo(member.layers());
        for (int layer : member.layers()) {
            assertThat(ensemble.layer(layer)).containsExactly(member.layer(layer));
        }
        assertThat(ensemble.method()).contains("ensemble");
        assertThat(ensemble.settings().get("member 1"))
                .contains("mean difference")
                .contains("answer mean");
    }

    @Test
    void should_average_the_members_of_an_ensemble_layer_by_layer() {
        SteeringVector one = SteeringVector.builder("a")
                .layer(0, new float[] {2, 4})
                .layer(1, new float[] {6, 8})
                .build();
        SteeringVector two =
                SteeringVector.builder("b").layer(1, new float[] {2, -2}).build();

        SteeringVector ensemble = Ensemble.of("both", List.of(one, two));

        assertThat(ensemble.behavior()).isEqualTo("both");
        assertThat(ensemble.layer(0)).containsExactly(1, 2);
        assertThat(ensemble.layer(1)).containsExactly(4, 3);
    }

    @Test
    void should_refuse_an_ensemble_of_vectors_of_different_models() {
        SteeringVector one = SteeringVector.builder("a")
                .layer(0, new float[] {2, 4})
                .modelName("one")
                .build();
        SteeringVector two = SteeringVector.builder("b")
                .layer(0, new float[] {2, 4})
                .modelName("two")
                .build();

        assertThatThrownBy(() -> Ensemble.of("both", List.of(one, two)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model=one")
                .hasMessageContaining("model=two");
    }
}
