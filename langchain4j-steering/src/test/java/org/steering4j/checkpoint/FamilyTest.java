package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The checkpoints whose computation is held against that of Hugging Face transformers leave nothing out. */
class FamilyTest {

    private static List<ModelConfiguration> compared() throws IOException, URISyntaxException {
        Path resources = Path.of(FamilyTest.class.getResource("/parity").toURI());
        try (Stream<Path> folders = Files.list(resources)) {
            return folders.map(folder -> ModelFolder.open(folder).configuration())
                    .toList();
        }
    }

    @Test
    void should_each_be_compared_with_transformers() throws Exception {
        assertThat(compared().stream().map(ModelConfiguration::architecture).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Family.values()).map(Family::architecture).toList())
                .hasSize(10);
    }

    @Test
    void should_be_compared_in_every_rotary_scaling() throws Exception {
        Stream<Class<?>> scalings = compared().stream()
                .map(configuration -> configuration.rotaryScaling().getClass());
        assertThat(scalings.distinct())
                .containsExactlyInAnyOrder(RotaryScaling.class.getPermittedSubclasses())
                .hasSize(6);
    }
}
