package org.steering4j.samples.quickstart.soak;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeredStreamingChatModel;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * Chat models of all sorts over one open model, with the same vectors and personas. Thread-safe.
 *
 * @param hurried has a timeout that no request can keep
 * @param impatient have timeouts that some requests keep and others do not
 */
record ChatModels(
        SteeredModel model,
        SteeredChatModel blocking,
        SteeredStreamingChatModel streaming,
        SteeredChatModel hurried,
        List<SteeredChatModel> impatient) {

    static final List<String> PERSONAS = List.of("bold", "cautious", "plain");
    static final List<String> VECTORS = List.of("low", "high");
    /** Makes logits that are no numbers. */
    static final String BREAKING_VECTOR = "breaking";
    /** Does not fit the embedded model. */
    static final String FOREIGN_VECTOR = "foreign";

    private static final int LOW_BLOCK = 2;
    private static final int HIGH_BLOCK = 4;

    /** Opens the embedded model, in float32, where answers repeat. */
    static ChatModels open(UnaryOperator<LanguageModel.Builder> settings) {
        SteeredModel model = SteeredModel.embedded(engine -> settings.apply(engine.precision(Precision.FLOAT32)));
        SteeringVectors vectors = vectors(model.shape());
        return new ChatModels(
                model,
                blocking(model, vectors, null),
                SteeredStreamingChatModel.builder()
                        .model(model)
                        .vectors(vectors)
                        .personas(personas())
                        .build(),
                blocking(model, vectors, Duration.ofNanos(1)),
                Stream.of(3, 20, 100)
                        .map(milliseconds -> blocking(model, vectors, Duration.ofMillis(milliseconds)))
                        .toList());
    }

    private static SteeredChatModel blocking(SteeredModel model, SteeringVectors vectors, Duration timeout) {
        return SteeredChatModel.builder()
                .model(model)
                .vectors(vectors)
                .personas(personas())
                .timeout(timeout)
                .build();
    }

    private static Personas personas() {
        return Personas.of(
                Persona.of("bold", Steering.of("low", 1)),
                Persona.of("cautious", Steering.of("low", -0.7).plus("high", 0.5))
                        .withSystemMessage("Weigh every risk before you answer."),
                Persona.of("plain", Steering.none()));
    }

    private static SteeringVectors vectors(ModelShape shape) {
        int size = shape.hiddenSize();
        float[] huge = new float[size];
        Arrays.fill(huge, 3e38f);
        return SteeringVectors.of(
                vector("low", shape, Map.of(LOW_BLOCK, random(1, size))),
                vector("high", shape, Map.of(LOW_BLOCK, random(2, size), HIGH_BLOCK, random(3, size))),
                vector(BREAKING_VECTOR, shape, Map.of(LOW_BLOCK, huge, HIGH_BLOCK, huge)),
                vector(
                        FOREIGN_VECTOR,
                        new ModelShape("another", shape.architecture(), shape.numberOfLayers(), size + 1),
                        Map.of(LOW_BLOCK, new float[size + 1])));
    }

    private static SteeringVector vector(String name, ModelShape shape, Map<Integer, float[]> layers) {
        SteeringVector.Builder builder = SteeringVector.builder(name).model(shape);
        layers.forEach(builder::layer);
        return builder.build();
    }

    private static float[] random(long seed, int size) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = 0.5f * (float) random.nextGaussian();
        }
        return values;
    }
}
