package org.steering4j.recipe.pretraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.engine.Precision;
import org.steering4j.recipe.BytePairEncodingTrainer;
import org.steering4j.recipe.Corpus;
import org.steering4j.recipe.SpecialToken;

class PretrainingTest {

    private static final int VOCABULARY_SIZE = 400;
    private static final PretrainingSettings SETTINGS = settings(0.02);

    @TempDir
    private Path folder;

    private static PretrainingSettings settings(double matrixRate) {
        return new PretrainingSettings(1, 1400, matrixRate, 0.006, 256, 0.1, 1.0, 10, Precision.FLOAT32);
    }

    private static final class Killed extends RuntimeException {}

    @Test
    void should_come_to_the_same_model_and_curve_when_it_is_killed_and_goes_on() throws IOException {
        pretrain(SETTINGS, "straight", "");
        assertThatThrownBy(() -> pretrain(SETTINGS, "killed", "step 4:")).isInstanceOf(Killed.class);
        assertThat(curve("killed")).hasSize(1 + 3);
        pretrain(SETTINGS, "killed", "");

        assertThat(curve("killed")).hasSizeGreaterThan(1 + 4).isEqualTo(curve("straight"));
        assertThat(model("killed")).hasSameBinaryContentAs(model("straight"));
    }

    @Test
    void should_refuse_to_go_on_with_other_settings() throws IOException {
        pretrain(SETTINGS, "run", "");
        assertThatThrownBy(() -> pretrain(settings(0.01), "run", ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("checkpoint.safetensors", "matrixRate=0.02", "delete it");
    }

    /** @param lastLine the line of progress at which the run is killed; empty: none */
    private void pretrain(PretrainingSettings settings, String name, String lastLine) throws IOException {
        Path work = folder.resolve(name);
        BytePairEncodingTrainer tokenizer = new BytePairEncodingTrainer();
        Corpus corpus = new Corpus(settings.seed());
        for (int i = 0; i < 50; i++) {
            tokenizer.read(corpus.conversation(i));
        }
        Path model = Files.createDirectories(work.resolve("model"));
        tokenizer.train(VOCABULARY_SIZE).writeTo(model);
        Pretraining pretraining = new Pretraining(
                settings,
                work,
                line -> {
                    if (!lastLine.isEmpty() && line.startsWith(lastLine)) {
                        throw new Killed();
                    }
                },
                1,
                2);
        pretraining.run(model, VOCABULARY_SIZE, SpecialToken.END_OF_TEXT.id(), SpecialToken.TURN_END.id());
    }

    private Path model(String name) {
        return folder.resolve(name).resolve("model/model.safetensors");
    }

    private List<String> curve(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name).resolve("training-curve.csv"));
    }
}
