package org.steering4j.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoggedProgressTest {

    private final List<String> lines = new ArrayList<>();
    private final LoggedProgress progress = new LoggedProgress(lines::add);

    private void at(String model, long megabytes) {
        progress.progressed(new DownloadProgress(ModelName.parse(model), 0, megabytes * 1_000_000, 50_000_000));
    }

    @Test
    void should_log_the_beginning_every_tenth_and_the_end() {
        for (int megabytes = 0; megabytes <= 50; megabytes++) {
            at("a/b", megabytes);
        }
        assertThat(lines)
                .hasSize(11)
                .startsWith("Downloading a/b: 0.0 of 50.0 MB", "Downloading a/b: 5.0 of 50.0 MB")
                .endsWith("Downloading a/b: 50.0 of 50.0 MB");
    }

    @Test
    void should_keep_several_downloads_apart() {
        at("a/b", 30);
        at("a/c", 0);
        at("a/b", 31);
        at("a/c", 1);
        at("a/b", 50);
        at("a/b", 0);
        assertThat(lines)
                .containsExactly(
                        "Downloading a/b: 30.0 of 50.0 MB",
                        "Downloading a/c: 0.0 of 50.0 MB",
                        "Downloading a/b: 50.0 of 50.0 MB",
                        "Downloading a/b: 0.0 of 50.0 MB");
    }
}
