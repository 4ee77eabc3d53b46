package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    /** Where dependency convergence is enforced, without the versions that our parent manages. */
    private static final Path APPLICATION = Path.of("../samples/application/pom.xml");

    @Test
    void should_enforce_convergence_of_the_very_dependencies_that_it_tells_an_application_to_add() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        String dependencies =
                readme.substring(readme.indexOf("```xml") + 6, readme.indexOf("```", readme.indexOf("```xml") + 6));
        assertThat(dependencies).contains("langchain4j-steering", "pytorch-native-cpu");
        assertThat(unindented(Files.readString(APPLICATION))).contains(unindented(dependencies));
    }

    private static String unindented(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }
}
