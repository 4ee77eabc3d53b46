package org.steering4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SteeringVectorsTest {

    static final ModelShape MODEL = TestVectors.MODEL;

    final SteeringVector truth = TestVectors.complete("truth", 1, 3);
    final SteeringVector safety = TestVectors.complete("safety", 3, 5);
    final SteeringVectors vectors = SteeringVectors.of(truth, safety);

    @Test
    void should_look_up_by_behavior_or_given_name() {
        SteeringVectors more = vectors.with("other truth", truth);

        assertThat(vectors.names()).containsExactly("safety", "truth");
        assertThat(more.names()).containsExactly("other truth", "safety", "truth");
        assertThat(more.get("other truth")).isSameAs(truth);
        assertThatThrownBy(() -> vectors.with(truth))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"truth\"");
    }

    @Test
    void should_list_known_names_when_name_is_unknown() {
        assertThatThrownBy(() -> vectors.resolve(Steering.of("turth", 0), MODEL))
                .isInstanceOf(UnknownSteeringVectorException.class)
                .hasMessage("there is no steering vector named \"turth\"; known: safety, truth");
        assertThatThrownBy(() -> SteeringVectors.empty().get("truth")).hasMessageContaining("the library is empty");
    }

    @Test
    void should_resolve_to_none_when_nothing_is_steered() {
        assertThat(vectors.resolve(Steering.none(), MODEL)).isSameAs(LayerSteering.none());
        assertThat(vectors.resolve(Steering.of("truth", 0).plus("safety", -0.0), MODEL)
                        .isNone())
                .isTrue();
    }

    @Test
    void should_be_the_vector_itself_at_multiplier_one() {
        LayerSteering resolved = vectors.resolve(Steering.of("truth", 1), MODEL);

        assertThat(resolved.layers()).containsExactly(1, 3);
        assertThat(resolved.layer(1)).containsExactly(truth.layer(1));
        assertThat(resolved.layer(3)).containsExactly(truth.layer(3));
    }

    @Test
    void should_sum_layer_by_layer_in_float64_and_round_once() {
        Random random = new Random(2);
        for (int trial = 0; trial < 200; trial++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();

            LayerSteering resolved = vectors.resolve(Steering.of("truth", a).plus("safety", b), MODEL);

            assertThat(resolved.layers()).containsExactly(1, 3, 5);
            for (int i = 0; i < MODEL.hiddenSize(); i++) {
                assertThat(resolved.layer(1)[i]).isEqualTo((float) (a * truth.layer(1)[i]));
                assertThat(resolved.layer(3)[i]).isEqualTo((float) (b * safety.layer(3)[i] + a * truth.layer(3)[i]));
                assertThat(resolved.layer(5)[i]).isEqualTo((float) (b * safety.layer(5)[i]));
            }
        }
    }

    @Test
    void should_not_depend_on_order() {
        Steering steering = Steering.of("truth", 0.3).plus("safety", 0.7);
        Steering reversed = Steering.of("safety", 0.7).plus("truth", 0.3);

        assertThat(vectors.resolve(steering, MODEL))
                .isEqualTo(SteeringVectors.of(safety, truth).resolve(reversed, MODEL));
    }

    @Test
    void should_refuse_sum_beyond_float32() {
        assertThatThrownBy(() -> vectors.resolve(Steering.of("truth", 1e300), MODEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("truth*1.0E300");
    }

    @Test
    void should_refuse_model_of_another_shape_and_say_all_that_differs() {
        assertThatThrownBy(() -> vectors.resolve(Steering.of("truth", 0), new ModelShape("Big", "qwen2", 2, 7)))
                .isInstanceOf(IncompatibleVectorException.class)
                .hasMessageContainingAll(
                        "\"truth\", made on small-model,",
                        "the model Big",
                        "hidden size is 5, the model's 7",
                        "model of 6 layers, this one has 2",
                        "layer 3, the model has layers 0 to 1",
                        "architecture llama, this one is qwen2");
    }

    @Test
    void should_refuse_model_of_another_name_unless_allowed() {
        ModelShape variant = new ModelShape("small-model-chat", "llama", 6, 5);

        assertThatThrownBy(() -> vectors.resolve(Steering.of("truth", 1), variant))
                .isInstanceOf(IncompatibleVectorException.class)
                .hasMessageContainingAll(
                        "\"truth\" was made on small-model", "small-model-chat", "allowingOtherModels()");
        SteeringVectors allowing =
                SteeringVectors.of(truth).allowingOtherModels().with(safety);
        assertThat(allowing.resolve(Steering.of("truth", 1), variant))
                .isEqualTo(vectors.resolve(Steering.of("truth", 1), MODEL));
        assertThatThrownBy(() -> allowing.resolve(Steering.of("safety", 1), new ModelShape("other", "llama", 6, 7)))
                .isInstanceOf(IncompatibleVectorException.class)
                .hasMessageContaining("hidden size");
    }

    @Test
    void should_steer_a_model_with_an_adapter_by_vectors_made_with_it_or_without_any() {
        ModelShape adapted = MODEL.adapted("polite", "");
        ModelShape otherwise = MODEL.adapted("rude", "");
        SteeringVector own = SteeringVector.builder("own")
                .layer(1, new float[] {1, 2, 3, 4, 5})
                .model(adapted)
                .build();

        assertThat(adapted.name()).isEqualTo("small-model + polite");
        assertThat(vectors.resolve(Steering.of("truth", 1), adapted))
                .isEqualTo(vectors.resolve(Steering.of("truth", 1), MODEL));
        assertThat(truth.notes(adapted))
                .containsExactly("it was made on small-model, without the adapter that this model has");
        assertThat(own.notes(adapted)).isEmpty();
        for (ModelShape other : new ModelShape[] {MODEL, otherwise}) {
            assertThatThrownBy(() -> SteeringVectors.of(own).resolve(Steering.of("own", 1), other))
                    .isInstanceOf(IncompatibleVectorException.class)
                    .hasMessageContaining("made on small-model + polite");
        }
        assertThatThrownBy(() -> vectors.resolve(
                        Steering.of("truth", 1), new ModelShape("other", "llama", 6, 5).adapted("polite", "")))
                .isInstanceOf(IncompatibleVectorException.class);
    }

    @Test
    void should_know_a_model_by_the_last_part_of_its_name() {
        for (String name :
                new String[] {"someone/Small-Model", "/home/me/models/small-model/", "C:\\models\\small-model"}) {
            ModelShape model = new ModelShape(name, "llama", 6, 5);

            assertThat(vectors.resolve(Steering.of("truth", 1), model).isNone()).isFalse();
            assertThat(truth.notes(model)).isEmpty();
        }
    }

    @Test
    void should_check_layers_even_of_vector_that_says_nothing() {
        SteeringVector silent =
                SteeringVector.builder("silent").layer(6, new float[5]).build();

        assertThatThrownBy(() -> SteeringVectors.of(silent).resolve(Steering.of("silent", 1), MODEL))
                .isInstanceOf(IncompatibleVectorException.class)
                .hasMessageContaining("layer 6, the model has layers 0 to 5");
    }

    private static final ModelShape BASE = new ModelShape("small-model", "llama", 6, 5, "aaaa");

    private static SteeringVectors madeOn(ModelShape model) {
        return SteeringVectors.of(SteeringVector.builder("calm")
                .layer(1, new float[] {1, 2, 3, 4, 5})
                .model(model)
                .build());
    }

    @Test
    void should_know_a_model_by_its_weights_whatever_its_name() {
        ModelShape copy = new ModelShape("elsewhere", "llama", 6, 5, "aaaa");
        ModelShape adapted = copy.adapted("polite", "bbbb");

        for (ModelShape same : new ModelShape[] {BASE, copy}) {
            assertThat(madeOn(BASE).resolve(Steering.of("calm", 1), same).isNone())
                    .isFalse();
            assertThat(madeOn(BASE).get("calm").notes(same)).isEmpty();
        }
        assertThat(madeOn(BASE).resolve(Steering.of("calm", 1), adapted).isNone())
                .isFalse();
        assertThat(madeOn(BASE).get("calm").notes(adapted))
                .containsExactly("it was made on small-model, without the adapter that this model has");
        assertThat(madeOn(adapted).get("calm").notes(new ModelShape("my-run/merged", "llama", 6, 5, "bbbb")))
                .isEmpty();
    }

    @Test
    void should_refuse_a_fine_tune_of_the_same_name_unless_allowed() {
        for (String name : new String[] {"small-model", "org/small-model", "small-model-chat"}) {
            ModelShape tuned = new ModelShape(name, "llama", 6, 5, "cccc");

            assertThatThrownBy(() -> madeOn(BASE).resolve(Steering.of("calm", 1), tuned))
                    .isInstanceOf(IncompatibleVectorException.class)
                    .hasMessageContainingAll(
                            "\"calm\" was made on small-model", "whose weights are others", "allowingOtherModels()");
            assertThat(madeOn(BASE)
                            .allowingOtherModels()
                            .resolve(Steering.of("calm", 1), tuned)
                            .isNone())
                    .isFalse();
            assertThat(madeOn(BASE).get("calm").notes(tuned))
                    .containsExactly("it was made on small-model, a model of the same shape but other weights");
        }
        assertThatThrownBy(() -> madeOn(BASE.adapted("polite", "bbbb"))
                        .resolve(Steering.of("calm", 1), BASE.adapted("polite", "dddd")))
                .isInstanceOf(IncompatibleVectorException.class)
                .hasMessageContaining("whose weights are others");
    }

    @Test
    void should_know_a_model_by_name_where_a_vector_of_an_older_version_does_not_say_its_weights() {
        assertThat(vectors.resolve(Steering.of("truth", 1), BASE).isNone()).isFalse();
        assertThat(truth.notes(BASE))
                .singleElement()
                .asString()
                .contains("as this model is called, but it does not say on which weights");
        ModelShape tuned = new ModelShape("tuned", "tuned", "org/small-model", "llama", 6, 5, "cccc", "cccc");
        assertThat(vectors.resolve(Steering.of("truth", 1), tuned).isNone()).isFalse();
        assertThat(truth.notes(tuned)).singleElement().asString().contains("from which this model says");
        assertThat(vectors.resolve(Steering.of("truth", 1), tuned.adapted("polite", "dddd"))
                        .isNone())
                .isFalse();
        assertThat(truth.notes(tuned.adapted("polite", "dddd")))
                .containsExactly("it was made on small-model, without the adapter that this model has");
        assertThatThrownBy(() -> madeOn(BASE).resolve(Steering.of("calm", 1), tuned))
                .hasMessageContaining("whose weights are others");
        assertThatThrownBy(
                        () -> vectors.resolve(Steering.of("truth", 1), new ModelShape("tuned", "llama", 6, 5, "cccc")))
                .isInstanceOf(IncompatibleVectorException.class)
                .hasMessageContaining("this model is tuned.");
    }

    @Test
    void should_not_take_what_training_programs_call_every_folder_for_a_name() {
        for (String name : new String[] {"checkpoint-500", "final", "merged"}) {
            SteeringVectors old = madeOn(new ModelShape("one/" + name, "llama", 6, 5));

            assertThat(old.resolve(Steering.of("calm", 1), new ModelShape("one/" + name, "llama", 6, 5))
                            .isNone())
                    .isFalse();
            assertThatThrownBy(
                            () -> old.resolve(Steering.of("calm", 1), new ModelShape("other/" + name, "llama", 6, 5)))
                    .isInstanceOf(IncompatibleVectorException.class);
        }
    }
}
