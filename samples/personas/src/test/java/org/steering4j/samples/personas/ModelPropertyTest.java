package org.steering4j.samples.personas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How {@code -Dmodel=FOLDER} gets into the sample's configuration. */
class ModelPropertyTest {

    private static final String PROPERTY = "model";

    @AfterEach
    void clear() {
        System.clearProperty(PROPERTY);
    }

    private static Optional<Path> modelPath() {
        return ConfigProvider.getConfig().getOptionalValue("steering.model-path", Path.class);
    }

    @Test
    void should_name_no_folder_unless_the_property_is_set() {
        assertThat(modelPath()).isEmpty();
    }

    @Test
    void should_name_no_folder_where_the_property_is_blank() {
        System.setProperty(PROPERTY, "");
        assertThat(modelPath()).isEmpty();
    }

    @Test
    void should_name_the_folder_of_the_property() {
        System.setProperty(PROPERTY, "absent-model");
        assertThat(modelPath()).contains(Path.of("absent-model"));
        assertThatThrownBy(() -> SeContainerInitializer.newInstance().initialize())
                .hasStackTraceContaining("absent-model is not a folder");
    }
}
