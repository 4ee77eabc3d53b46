package org.steering4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFolderTest {

    @TempDir
    Path folder;

    final SteeringVector truth = TestVectors.complete("truth", 1, 3);
    final SteeringVector safety = TestVectors.complete("safety", 5);

    @Test
    void should_read_all_vectors_of_a_folder() throws IOException {
        truth.write(folder.resolve("a.safetensors"));
        safety.write(folder.resolve("b.GGUF"));
        Files.writeString(folder.resolve("README.md"), "not a vector");
        Files.writeString(folder.resolve("c.pt"), "left out with a warning");
        Files.createDirectory(folder.resolve("d.safetensors"));
        for (String dropping : List.of("._a.safetensors", "._b.GGUF", "._c.pt", ".DS_Store", ".x.tmp", "Thumbs.db")) {
            Files.writeString(folder.resolve(dropping), "of the file system");
        }

        SteeringVectors vectors = SteeringVectors.fromFolder(folder);

        assertThat(vectors.names()).containsExactly("safety", "truth");
        assertThat(vectors.get("truth")).isEqualTo(truth);
        assertThat(vectors.get("safety")).isEqualTo(safety);
    }

    @Test
    void should_refuse_two_files_for_one_behavior() {
        truth.write(folder.resolve("a.safetensors"));
        truth.write(folder.resolve("b.gguf"));

        assertThatThrownBy(() -> SteeringVectors.fromFolder(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContainingAll("b.gguf", "\"truth\"");
    }

    @Test
    void should_refuse_missing_folder_and_damaged_file() throws IOException {
        assertThatThrownBy(() -> SteeringVectors.fromFolder(folder.resolve("missing")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("missing: there is no such folder");

        Files.writeString(folder.resolve("damaged.gguf"), "GGUF");

        assertThatThrownBy(() -> SteeringVectors.fromFolder(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("damaged.gguf");
    }

    /** The files in src/test/resources/vectors were written by the first version: later versions must go on reading them. */
    @Test
    void should_read_vectors_that_version_one_wrote_from_class_path() {
        SteeringVectors vectors = SteeringVectors.fromClassPath("/vectors/");

        assertThat(vectors.names()).containsExactly("safety", "truth");
        assertThat(vectors.get("truth")).isEqualTo(truth);
        assertThat(vectors.get("safety")).isEqualTo(safety);
        assertThat(SteeringVectors.fromClassPath("vectors/truth.safetensors").names())
                .containsExactly("truth");
    }

    @Test
    void should_read_vectors_from_jar() throws IOException {
        truth.write(folder.resolve("truth.safetensors"));
        safety.write(folder.resolve("safety.gguf"));
        Path jar = folder.resolve("an application.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry("steering/"));
            addEntry(zip, "steering/truth.safetensors", folder.resolve("truth.safetensors"));
            addEntry(zip, "steering/safety.gguf", folder.resolve("safety.gguf"));
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
            Thread.currentThread().setContextClassLoader(loader);

            SteeringVectors vectors = SteeringVectors.fromClassPath("steering");

            assertThat(vectors.get("truth")).isEqualTo(truth);
            assertThat(vectors.get("safety")).isEqualTo(safety);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static void addEntry(ZipOutputStream zip, String name, Path file) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        Files.copy(file, (OutputStream) zip);
    }

    @Test
    void should_say_what_is_missing_on_class_path() {
        assertThatThrownBy(() -> SteeringVectors.fromClassPath("no-such-folder"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("src/main/resources/no-such-folder");
    }
}
