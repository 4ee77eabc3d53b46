package org.steering4j.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Loads libtorch in processes of their own, as applications meet it. */
class LibtorchInProcessesTest {

    /** Runs in class loaders that the class path does not know: adds on an engine, and says what came of it. */
    public static final class Addition implements Callable<String> {

        private static final String PROGRAM = """
                class Addition(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  def twice(self: __torch__.Addition,
                    x: Tensor) -> Tensor:
                    return torch.add(x, x)
                """;

        @Override
        public String call() {
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            try (TorchScriptProgram program = TorchScriptProgram.load("Addition", PROGRAM, Map.of());
                    var scope = program.newScope()) {
                float sum = program.run("twice", scope.create(21f))
                        .singletonOrThrow()
                        .getFloat();
                return "sum %.0f, context class loader %s"
                        .formatted(
                                sum,
                                Thread.currentThread().getContextClassLoader() == before ? "as before" : "another");
            } catch (RuntimeException e) {
                return e.getClass().getSimpleName() + ": " + e.getMessage();
            }
        }
    }

    /** The child process. Its arguments: what class loaders there are, and the class path that they have. */
    public static final class Child {

        private Child() {}

        /** Prints a line for each loader. */
        public static void main(String[] arguments) throws Exception {
            URL[] all = urls(path -> true, arguments[1]);
            if (arguments[0].equals("each its own")) {
                for (int i = 0; i < 2; i++) {
                    add(new URLClassLoader(all, ClassLoader.getPlatformClassLoader()));
                }
            } else if (arguments[0].equals("shared parent")) {
                ClassLoader parent = new URLClassLoader(
                        urls(path -> path.endsWith(".jar"), arguments[1]), ClassLoader.getPlatformClassLoader());
                for (int i = 0; i < 2; i++) {
                    add(new URLClassLoader(urls(path -> !path.endsWith(".jar"), arguments[1]), parent));
                }
            } else {
                add(new URLClassLoader(all, ClassLoader.getPlatformClassLoader()));
            }
        }

        private static URL[] urls(java.util.function.Predicate<String> kept, String classPath) throws IOException {
            List<URL> urls = new ArrayList<>();
            for (String path : classPath.split(File.pathSeparator)) {
                if (kept.test(path)) {
                    urls.add(Path.of(path).toUri().toURL());
                }
            }
            return urls.toArray(URL[]::new);
        }

        /** On threads like those of pools, whose context class loaders know neither us nor DJL: none, and the platform's. */
        private static void add(ClassLoader loader) throws Exception {
            for (ClassLoader context : new ClassLoader[] {null, ClassLoader.getPlatformClassLoader()}) {
                Callable<?> addition = (Callable<?>) Class.forName(Addition.class.getName(), true, loader)
                        .getConstructor()
                        .newInstance();
                FutureTask<Object> result = new FutureTask<>(addition::call);
                Thread thread = new Thread(result);
                thread.setContextClassLoader(context);
                thread.start();
                System.out.println(result.get());
            }
        }
    }

    private static List<String> run(String loaders, Map<String, String> environment) throws Exception {
        String classPath = System.getProperty("java.class.path");
        String testClasses = Stream.of(classPath.split(File.pathSeparator))
                .filter(path -> new File(path, Child.class.getName().replace('.', '/') + ".class").exists())
                .findFirst()
                .orElseThrow();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                testClasses,
                Child.class.getName(),
                loaders,
                classPath);
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("PYTORCH_") || name.equals("DJL_DEFAULT_ENGINE"));
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        Process child = builder.start();
        List<String> lines = child.inputReader().lines().toList();
        assertThat(child.waitFor()).as(() -> String.join("\n", lines)).isZero();
        return lines;
    }

    @Test
    void should_load_on_any_thread_and_tell_a_second_class_loader_where_to_put_djl() throws Exception {
        List<String> lines = run("each its own", Map.of());

        assertThat(lines).hasSize(4);
        assertThat(lines.subList(0, 2)).containsOnly("sum 42, context class loader as before");
        assertThat(lines.subList(2, 4))
                .allSatisfy(line -> assertThat(line)
                        .startsWith("NativeLibraryException: ")
                        .contains("already loaded in another class", "put the jars of DJL", "parent loader"));
    }

    @Test
    void should_work_in_several_class_loaders_when_their_parent_has_djl() throws Exception {
        assertThat(run("shared parent", Map.of())).hasSize(4).containsOnly("sum 42, context class loader as before");
    }

    @Test
    void should_load_in_an_image_that_comes_with_another_pytorch() throws Exception {
        assertThat(run(
                        "one",
                        Map.of(
                                "PYTORCH_VERSION", "2.5.1",
                                "PYTORCH_FLAVOR", "cu124-precxx11",
                                "PYTORCH_PRECXX11", "true")))
                .containsOnly("sum 42, context class loader as before");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_name_variable_and_folder_that_keep_it_from_loading() throws Exception {
        assertThat(run("one", Map.of("DJL_DEFAULT_ENGINE", "MXNet")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("NativeLibraryException: DJL_DEFAULT_ENGINE")
                        .contains("MXNet"));
        assertThat(run("one", Map.of("PYTORCH_VERSION", "2.5.1", "PYTORCH_LIBRARY_PATH", "/nowhere")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("NativeLibraryException: ")
                        .contains("PYTORCH_LIBRARY_PATH=/nowhere", "PYTORCH_VERSION=2.5.1", "Unset them"));
        assertThat(run("one", Map.of("DJL_CACHE_DIR", "/proc/none")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("NativeLibraryException: /proc/none/pytorch/")
                        .contains("DJL_CACHE_DIR"));
    }
}
