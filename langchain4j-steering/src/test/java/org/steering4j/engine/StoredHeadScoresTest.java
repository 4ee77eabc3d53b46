package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.internal.Projections;
import org.steering4j.vector.LayerSteering;

/** A checkpoint that config.json calls tied, with an output head of other numbers in its file, is computed with that head. */
class StoredHeadScoresTest {

    private static final int[] PROMPT = {3, 14, 15, 9, 26, 5};
    private static final int[] ANSWER = {35, 8, 9, 7};

    @TempDir
    private Path folder;

    /** The same weights twice: as a checkpoint that says that it is not tied, and as one that says that it is. */
    private RandomCheckpoint write() {
        RandomCheckpoint checkpoint = RandomCheckpoint.make(json -> {
            json.put("hidden_size", 128);
            json.put("intermediate_size", 192);
            json.put("tie_word_embeddings", false);
        });
        checkpoint.write(folder.resolve("untied"));
        checkpoint.configuration.put("tie_word_embeddings", true);
        checkpoint.writeSharded(folder.resolve("called-tied"));
        checkpoint.configuration.put("tie_word_embeddings", false);
        return checkpoint;
    }

    private LanguageModel.Builder open(String name) {
        return LanguageModel.builder().folder(folder.resolve(name));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void should_compute_with_the_stored_head(Precision precision) {
        RandomCheckpoint checkpoint = write();
        try (LanguageModel untied = open("untied").precision(precision).build();
                LanguageModel calledTied =
                        open("called-tied").precision(precision).build()) {
            double[] scores = calledTied.logProbabilities(PROMPT, ANSWER, LayerSteering.none());

            assertThat(scores).isEqualTo(untied.logProbabilities(PROMPT, ANSWER, LayerSteering.none()));
            assertThat(calledTied.shape().fingerprint())
                    .isEqualTo(untied.shape().fingerprint());
            if (precision == Precision.FLOAT32) {
                assertThat(scores)
                        .containsExactly(
                                new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of()),
                                within(1e-4));
            }
        }
    }

    @Test
    void should_differentiate_through_the_stored_head() {
        write();

        assertThat(gradient("called-tied")).isEqualTo(gradient("untied"));
    }

    private float[] gradient(String name) {
        try (LanguageModel model = open(name).precision(Precision.FLOAT32).build();
                SteeredContinuations steered =
                        model.continuations(List.of(new Continuation(PROMPT, ANSWER)), new TreeSet<>(List.of(1)));
                SteeredContinuations.ForwardPass pass = steered.forward(
                        new int[] {0}, new float[][] {new float[model.shape().hiddenSize()]})) {
            return pass.gradient(new double[] {1})[0];
        }
    }

    @Test
    void should_foresee_the_memory_of_the_stored_head() {
        write();
        for (Precision precision : Precision.values()) {
            Projections projections = Projections.forPrecision(precision);

            assertThat(needed("called-tied").bytes(precision, projections))
                    .isEqualTo(needed("untied").bytes(precision, projections));
        }
    }

    private NeededMemory needed(String name) {
        return new NeededMemory(ModelFolder.open(folder.resolve(name)), Optional.empty());
    }
}
