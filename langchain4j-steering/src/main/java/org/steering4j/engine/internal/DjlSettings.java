package org.steering4j.engine.internal;

import ai.djl.engine.EngineProvider;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.steering4j.engine.NativeLibraryException;

/**
 * The variables of the environment by which DJL can be led elsewhere. Images that come with another PyTorch set some of them. Each is a
 * system property of the same name, too; the environment wins.
 */
final class DjlSettings {

    static final String LIBRARY_PATH = "PYTORCH_LIBRARY_PATH";

    private static final String DEFAULT_ENGINE = "DJL_DEFAULT_ENGINE";
    private static final String EXTRA_LIBRARIES = "PYTORCH_EXTRA_LIBRARY_PATH";
    private static final List<String> CACHE_FOLDERS = List.of("ENGINE_CACHE_DIR", "DJL_CACHE_DIR");
    private static final List<String> FURTHER = List.of(
            "PYTORCH_VERSION", "PYTORCH_FLAVOR", "PYTORCH_LIBRARY_EXCLUSION", "LIBSTDCXX_LIBRARY_PATH", "LD_PRELOAD");

    private final UnaryOperator<String> values;

    /** @param values the value of each variable, or null */
    DjlSettings(UnaryOperator<String> values) {
        this.values = values;
    }

    static DjlSettings ofProcess() {
        return new DjlSettings(name -> {
            String variable = System.getenv(name);
            return variable == null ? System.getProperty(name) : variable;
        });
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(values.apply(name)).filter(value -> !value.isBlank());
    }

    /** What no file on the class path can make good. */
    void requireUsable(ClassLoader loader) {
        Set<String> engines = new TreeSet<>();
        ServiceLoader.load(EngineProvider.class, loader).forEach(provider -> engines.add(provider.getEngineName()));
        engines.add("PyTorch");
        value(DEFAULT_ENGINE)
                .or(() -> value("ai.djl.default_engine"))
                .filter(engine -> !engines.contains(engine))
                .ifPresent(engine -> {
                    throw new NativeLibraryException(
                            "DJL_DEFAULT_ENGINE (or the system property ai.djl.default_engine) is %s, but the engines on the class path are %s, and DJL does not start: unset it for this process, or set it to PyTorch"
                                    .formatted(engine, String.join(", ", engines)));
                });
        String extra = values.apply(EXTRA_LIBRARIES);
        if (extra != null) {
            for (String file : extra.split(",", -1)) {
                if (file.isEmpty() || !Files.isRegularFile(Path.of(file))) {
                    throw new NativeLibraryException(
                            "%s is '%s', but '%s' is no file, and DJL does not start: unset it for this process, or name files, with commas between them"
                                    .formatted(EXTRA_LIBRARIES, extra, file));
                }
            }
        }
    }

    /** The folder of a libtorch that DJL would take instead of that on the class path. */
    Optional<Path> libraryFolder(String libraryName) {
        return value(LIBRARY_PATH).stream()
                .flatMap(paths -> Stream.of(paths.split(File.pathSeparator)))
                .map(Path::of)
                .map(path -> path.endsWith(libraryName) ? path.toAbsolutePath().getParent() : path)
                .filter(folder -> Files.isRegularFile(folder.resolve(libraryName)))
                .findFirst();
    }

    /** How to take another cache folder, as a sentence. */
    String otherCacheFolder(String folder) {
        String name = CACHE_FOLDERS.stream()
                .filter(variable -> value(variable).isPresent())
                .findFirst()
                .orElse("DJL_CACHE_DIR");
        return "Set the variable %s, which is %s, to a folder %s"
                .formatted(name, value(name).orElse("not set"), folder);
    }

    /** Which of the variables are set, as a sentence; empty if none is. */
    String describe() {
        Map<String, String> set = new LinkedHashMap<>();
        Stream.of(List.of(LIBRARY_PATH, DEFAULT_ENGINE, EXTRA_LIBRARIES), CACHE_FOLDERS, FURTHER)
                .flatMap(List::stream)
                .forEach(name -> value(name).ifPresent(value -> set.put(name, value)));
        return set.isEmpty()
                ? ""
                : ". These variables, which lead DJL to other files, are set: " + set + ". Unset them for this process";
    }
}
