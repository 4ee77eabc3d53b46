package org.steering4j.recipe.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.SteeredModel;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.engine.Precision;

class SampleModelTest {

    private static final String PROPERTY = "model";

    @AfterEach
    void clear() {
        System.clearProperty(PROPERTY);
    }

    @Test
    void should_be_the_embedded_model_unless_a_folder_is_named() {
        assertEmbedded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void should_be_the_embedded_model_where_the_folder_is_left_blank(String blank) {
        System.setProperty(PROPERTY, blank);
        assertEmbedded();
    }

    private static void assertEmbedded() {
        try (SteeredModel model = SampleModel.open()) {
            assertThat(model.name()).isEqualTo("steering4j-tiny");
            assertThat(model.languageModel().precision()).isEqualTo(Precision.FLOAT32);
        }
    }

    @Test
    void should_be_the_model_of_the_folder_that_is_named(@TempDir Path temporary) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("another"));
        unpackEmbeddedModel(folder);
        System.setProperty(PROPERTY, folder.toString());

        try (SteeredModel model = SampleModel.open()) {
            assertThat(model.name()).isEqualTo("another");
            assertThat(model.languageModel().precision()).isEqualTo(Precision.FLOAT32);
        }
    }

    private static void unpackEmbeddedModel(Path folder) throws IOException {
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            try (InputStream resource = SampleModel.class.getResourceAsStream("/org/steering4j/embedded/" + file)) {
                Files.copy(resource, folder.resolve(file));
            }
        }
    }

    @Test
    void should_refuse_a_folder_that_is_not_there() {
        System.setProperty(PROPERTY, "/absent/model");
        assertThatThrownBy(SampleModel::open)
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("/absent/model");
    }
}
