package org.steering4j.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.engine.NativeLibraryException;

/** On class paths of small files, in the place of DJL's jars. */
class LibtorchFilesTest {

    private static final String PLATFORM = "linux-x86_64";
    private static final String TORCH = System.mapLibraryName("torch");
    private static final String JNI = System.mapLibraryName("djl_torch");

    @TempDir
    private Path temporary;

    private Path classPath;
    private Path cache;
    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void fillClassPath() {
        classPath = temporary.resolve("classes");
        cache = temporary.resolve("cache");
        put("pytorch-engine.properties", "djl_version=0.36.0\npytorch_version=2.7.1\n");
        put("jnilib/pytorch.properties", "jni_version=2.7.1-0.36.0");
        putBundle("2.7.1-20250812", PLATFORM);
    }

    private void putBundle(String version, String platform) {
        put(
                "native/lib/pytorch.properties",
                "version=%s\nflavor=cpu\nclassifier=%s\nlibraries=%s,libc10.so".formatted(version, platform, TORCH));
        put("pytorch/cpu/" + platform + "/" + TORCH, "torch");
        put("pytorch/cpu/" + platform + "/libc10.so", "c10");
        put("jnilib/" + platform + "/cpu/" + JNI, "between");
    }

    private void put(String name, String text) {
        try {
            Path file = classPath.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LibtorchFiles files(String platform) {
        try {
            Files.createDirectories(temporary.resolve("further"));
            URL[] urls = {
                classPath.toUri().toURL(), temporary.resolve("further").toUri().toURL()
            };
            return new LibtorchFiles(new URLClassLoader(urls, null), new DjlSettings(variables::get), cache, platform);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path unpacked() {
        return cache.resolve("2.7.1-20250812-cpu-linux-x86_64");
    }

    @Test
    void should_unpack_all_files_into_the_folder_that_djl_would_take() throws IOException {
        assertThat(files(PLATFORM).prepare()).contains(unpacked());

        assertThat(unpacked().resolve(TORCH)).hasContent("torch");
        assertThat(unpacked().resolve("libc10.so")).hasContent("c10");
        assertThat(unpacked().resolve("0.36.0-" + JNI)).hasContent("between");
        try (Stream<Path> found = Files.list(unpacked())) {
            assertThat(found).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PYTORCH_VERSION=2.5.1", "PYTORCH_FLAVOR=cu124-precxx11", "PYTORCH_PRECXX11=true"})
    void should_not_be_led_astray_by_what_images_with_another_pytorch_set(String variable) {
        variables.put(variable.split("=")[0], variable.split("=")[1]);
        assertThat(files(PLATFORM).prepare()).contains(unpacked());
    }

    @Test
    void should_unpack_anew_what_was_cut_off() throws IOException {
        files(PLATFORM).prepare();
        Files.writeString(unpacked().resolve("libc10.so"), "c");
        files(PLATFORM).prepare();
        assertThat(unpacked().resolve("libc10.so")).hasContent("c10");
    }

    @Test
    void should_write_nothing_when_everything_is_there() throws IOException {
        files(PLATFORM).prepare();
        Files.writeString(unpacked().resolve(TORCH), "TORCH");
        files(PLATFORM).prepare();
        assertThat(unpacked().resolve(TORCH)).hasContent("TORCH");
    }

    @Test
    void should_name_the_artifact_that_is_missing() throws IOException {
        OfflineModeOn.require();
        Files.delete(classPath.resolve("native/lib/pytorch.properties"));
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll(
                        "is not on the class path", "ai.djl.pytorch:pytorch-native-cpu:2.7.1", "linux-x86_64");
    }

    @Test
    void should_say_when_the_artifact_is_that_of_another_platform() {
        OfflineModeOn.require();
        assertThatThrownBy(() -> files("osx-aarch64").prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll(
                        "another platform", "2.7.1-20250812 for linux-x86_64", "classifier osx-aarch64");
    }

    @Test
    void should_say_that_there_is_no_libtorch_for_a_platform() {
        OfflineModeOn.require();
        assertThatThrownBy(() -> files("osx-x86_64").prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("no libtorch for this platform, osx-x86_64", "osx-aarch64");
    }

    @Test
    void should_leave_it_to_djl_where_the_files_were_downloaded_earlier() throws IOException {
        Files.delete(classPath.resolve("native/lib/pytorch.properties"));
        Path downloaded = Files.createDirectories(cache.resolve("2.7.1-cpu-linux-x86_64"));
        Files.writeString(downloaded.resolve(TORCH), "torch");
        assertThat(files(PLATFORM).prepare()).isEmpty();
    }

    @Test
    void should_refuse_a_libtorch_of_another_version() {
        putBundle("2.5.1-20241212", PLATFORM);
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("pytorch-native-cpu:2.5.1-20241212", "needs version 2.7.1");
        assertThat(cache).doesNotExist();
    }

    @Test
    void should_refuse_a_libtorch_of_another_version_beside_the_right_one() throws IOException {
        Path second = temporary.resolve("further/native/lib/pytorch.properties");
        Files.createDirectories(second.getParent());
        Files.writeString(second, "version=2.5.1\nclassifier=cpu-linux-x86_64\nlibraries=" + TORCH);
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("pytorch-native-cpu:2.5.1", "only that");
        assertThat(cache).doesNotExist();
    }

    @Test
    void should_refuse_a_jni_library_of_another_version_or_none() throws IOException {
        put("jnilib/pytorch.properties", "jni_version=2.7.1-0.35.1");
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("pytorch-jni:2.7.1-0.35.1", "pytorch-jni:2.7.1-0.36.0");

        Files.delete(classPath.resolve("jnilib/pytorch.properties"));
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("add the dependency ai.djl.pytorch:pytorch-jni:2.7.1-0.36.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DJL_CACHE_DIR", "ENGINE_CACHE_DIR"})
    void should_blame_the_folder_that_cannot_be_written_and_name_its_variable(String variable) throws IOException {
        variables.put(variable, "/elsewhere");
        Files.writeString(cache, "a file");
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll(
                        unpacked().toString(), "Set the variable " + variable + ", which is /elsewhere, to a folder");
    }

    @Test
    void should_name_the_variable_that_would_choose_another_folder_where_none_does() throws IOException {
        Files.createDirectories(unpacked().resolve("libc10.so"));
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("libc10.so", "Set the variable DJL_CACHE_DIR, which is not set");
    }

    @Test
    void should_refuse_the_libtorch_of_another_pytorch_and_name_the_variable() throws IOException {
        Path other = Files.createDirectories(temporary.resolve("dist-packages/torch/lib"));
        Files.writeString(other.resolve(TORCH), "torch");
        variables.put("PYTORCH_LIBRARY_PATH", "/nowhere" + File.pathSeparator + other);
        assertThatThrownBy(() -> files(PLATFORM).prepare())
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll(
                        "PYTORCH_LIBRARY_PATH leads to", other.toString(), "unset PYTORCH_LIBRARY_PATH");
    }

    @Test
    void should_take_a_folder_of_the_environment_that_djl_has_unpacked() {
        Path folder = files(PLATFORM).prepare().orElseThrow();
        variables.put("PYTORCH_LIBRARY_PATH", folder.resolve(TORCH).toString());
        assertThat(files(PLATFORM).prepare()).isEmpty();
    }

    @Test
    void should_say_that_libtorch_needs_glibc() throws IOException {
        Path maps = temporary.resolve("maps");
        Files.writeString(maps, "7f00-7f01 r-xp 0000 08:01 12  /lib/ld-musl-x86_64.so.1\n");
        assertThatThrownBy(() -> LibtorchFiles.requireGlibc(maps))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("musl", "glibc", "Debian");
    }

    @Test
    void should_refuse_engines_and_libraries_in_the_environment_that_do_not_exist() {
        variables.put("DJL_DEFAULT_ENGINE", "MXNet");
        DjlSettings settings = new DjlSettings(variables::get);
        assertThatThrownBy(() -> settings.requireUsable(getClass().getClassLoader()))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("DJL_DEFAULT_ENGINE", "MXNet", "PyTorch");

        variables.put("DJL_DEFAULT_ENGINE", "PyTorch");
        settings.requireUsable(getClass().getClassLoader());

        variables.put("PYTORCH_EXTRA_LIBRARY_PATH", "/nowhere/libmore.so");
        assertThatThrownBy(() -> settings.requireUsable(getClass().getClassLoader()))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContainingAll("PYTORCH_EXTRA_LIBRARY_PATH", "/nowhere/libmore.so");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/c/libtorch.so: failed to map segment from shared object; DJL_CACHE_DIR",
                "/c/libtorch.so: /lib/libc.so.6: version `GLIBC_2.28' not found; a later glibc",
                "/c/libc10.so: file too short; delete its folder",
                "Native Library /c/libc10.so already loaded in another classloader; parent loader",
                "something else; PYTORCH_VERSION=2.5.1"
            })
    void should_name_the_way_out_of_what_the_loader_of_the_system_says(String reasonAndWayOut) {
        variables.put("PYTORCH_VERSION", "2.5.1");
        String[] parts = reasonAndWayOut.split("; ");
        assertThat(Libtorch.translated(
                        new ai.djl.engine.EngineException("Failed", new UnsatisfiedLinkError(parts[0])),
                        new DjlSettings(variables::get)))
                .hasMessageContainingAll(parts);
    }

    /** Surefire sets the property; an environment that says otherwise makes DJL download. */
    private static final class OfflineModeOn {
        static void require() {
            assumeThat(ai.djl.util.Utils.isOfflineMode()).isTrue();
        }
    }
}
