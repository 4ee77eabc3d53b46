package org.steering4j.engine.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steering4j.engine.NativeLibraryException;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.vector.FileNotWrittenException;

/**
 * The files of libtorch: looks for them on a class path, refuses what does not fit together, and unpacks them into DJL's cache folder. DJL
 * would unpack them as well, but not where PYTORCH_VERSION names another version, which images with a PyTorch do, and it takes a file for complete
 * that is there. A truncated library ends the process. Knows nothing of loading. For one thread.
 */
final class LibtorchFiles {

    private static final List<String> SUPPORTED = List.of("linux-x86_64", "linux-aarch64", "osx-aarch64", "win-x86_64");

    private final ClassLoader loader;
    private final DjlSettings settings;
    private final Path cache;
    private final String platform;
    private final String torchVersion;
    private final String djlVersion;

    /**
     * @param cache DJL's cache folder for PyTorch
     * @param platform as DJL names its native artifacts, such as linux-x86_64
     */
    LibtorchFiles(ClassLoader loader, DjlSettings settings, Path cache, String platform) {
        this.loader = loader;
        this.settings = settings;
        this.cache = cache;
        this.platform = platform;
        Properties engine = properties(resource("pytorch-engine.properties")
                .orElseThrow(() -> new NativeLibraryException(
                        "ai.djl.pytorch:pytorch-engine is not on the class path of %s, which has org.steering4j: add it, or keep its jar whole"
                                .formatted(loader))));
        this.torchVersion = engine.getProperty("pytorch_version");
        this.djlVersion = engine.getProperty("djl_version");
    }

    /** This platform's name. */
    static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        return (system.startsWith("win") ? "win" : system.startsWith("mac") ? "osx" : "linux") + "-" + processor;
    }

    /** One native artifact on the class path. */
    private record Bundle(String version, String flavor, String platform, List<String> libraries) {

        static Bundle of(Properties properties) {
            String flavor = properties.getProperty("flavor");
            String classifier = properties.getProperty("classifier", "");
            if (flavor == null) { // older artifacts name both in one
                int dash = classifier.indexOf('-');
                flavor = classifier.substring(0, Math.max(0, dash));
                classifier = classifier.substring(dash + 1);
            }
            return new Bundle(
                    properties.getProperty("version", ""),
                    flavor,
                    classifier,
                    List.of(properties.getProperty("libraries", "").split(",")));
        }

        @Override
        public String toString() {
            return "%s %s for %s".formatted(flavor, version, platform);
        }
    }

    /**
     * Sees to it that all files lie in one folder, and returns it. Empty where DJL is to find a libtorch of its own: one for a GPU, one
     * that it downloaded, or that of PYTORCH_LIBRARY_PATH.
     *
     * @throws NativeLibraryException if libtorch could not be loaded, or if it might end the process
     */
    Optional<Path> prepare() {
        String torch = System.mapLibraryName("torch");
        String jni = djlVersion + "-" + System.mapLibraryName("djl_torch");
        Optional<Path> chosen = settings.libraryFolder(torch);
        if (chosen.isPresent()) {
            requireItsJniLibrary(chosen.get(), jni);
            return Optional.empty();
        }
        requireGlibc(Path.of("/proc/self/maps"));
        List<Bundle> bundles = bundles();
        List<Bundle> fitting = bundles.stream().filter(this::isForThis).toList();
        if (fitting.stream().anyMatch(bundle -> !bundle.flavor().equals("cpu"))
                || fitting.isEmpty() && isDownloadedOrMayBe(torch)) {
            return Optional.empty();
        }
        if (fitting.isEmpty()) {
            throw missing(bundles);
        }
        requireItsVersion(fitting);
        Bundle bundle = fitting.get(0);
        requireJniLibrary();
        Path folder = cache.resolve(bundle.version() + "-" + bundle.flavor() + "-" + platform);
        bundle.libraries().stream()
                .sorted(Comparator.comparing(
                        torch::equals)) // last: other programs take it for the sign that all are there
                .forEach(library -> unpack(
                        "pytorch/%s/%s/%s".formatted(bundle.flavor(), platform, library), folder.resolve(library)));
        unpack(
                "jnilib/%s/%s/%s".formatted(platform, bundle.flavor(), System.mapLibraryName("djl_torch")),
                folder.resolve(jni));
        return Optional.of(folder);
    }

    private boolean isForThis(Bundle bundle) {
        return bundle.platform().equals(platform);
    }

    /** Of two versions the files of either might be unpacked. */
    private void requireItsVersion(List<Bundle> fitting) {
        for (Bundle bundle : fitting) {
            if (!isOf(torchVersion, bundle.version())) {
                throw new NativeLibraryException(
                        "the class path has ai.djl.pytorch:pytorch-native-cpu:%s, but pytorch-engine %s needs version %s of it: set that version, and only that"
                                .formatted(bundle.version(), djlVersion, torchVersion));
            }
        }
    }

    /** Versions have a date behind them. */
    private static boolean isOf(String version, String dated) {
        return dated.equals(version) || dated.startsWith(version + "-");
    }

    private void requireItsJniLibrary(Path folder, String jni) {
        if (!Files.isRegularFile(folder.resolve(jni))) {
            throw new NativeLibraryException(
                    "%s leads to the libtorch in %s, but there is no %s beside it, so it is not the one (%s) that this version of DJL is made for, and might end the process: unset %s for this process, or set it to a folder that DJL has unpacked"
                            .formatted(DjlSettings.LIBRARY_PATH, folder, jni, torchVersion, DjlSettings.LIBRARY_PATH));
        }
    }

    /** @param maps the files that this process has mapped; there are none but on Linux */
    static void requireGlibc(Path maps) {
        if (Files.isReadable(maps)) {
            try (Stream<String> lines = Files.lines(maps)) {
                if (lines.anyMatch(line -> line.contains("/ld-musl-"))) {
                    throw new NativeLibraryException(
                            "this JVM runs on musl (Alpine Linux), but libtorch needs glibc: take an image with glibc, such as one of Debian, Ubuntu or Red Hat");
                }
            } catch (IOException | UncheckedIOException e) {
                return; // what libtorch then says is translated
            }
        }
    }

    /** Without its artifact, DJL takes what it downloaded earlier, and downloads it where it may. */
    private boolean isDownloadedOrMayBe(String torch) {
        return Files.isRegularFile(
                        cache.resolve(torchVersion + "-cpu-" + platform).resolve(torch))
                || !ai.djl.util.Utils.isOfflineMode();
    }

    private NativeLibraryException missing(List<Bundle> others) {
        if (!SUPPORTED.contains(platform)) {
            return new NativeLibraryException(
                    "there is no libtorch for this platform, %s: DJL has it for %s (on Apple silicon and Windows take a JDK of the machine's own architecture)"
                            .formatted(platform, String.join(", ", SUPPORTED)));
        }
        String found = others.isEmpty()
                ? "is not on the class path"
                : "is on the class path for another platform only ("
                        + others.stream().map(Bundle::toString).collect(Collectors.joining(", ")) + ")";
        return new NativeLibraryException(
                "libtorch %s: add the dependency ai.djl.pytorch:pytorch-native-cpu:%s with the classifier %s, at run time. Applications packed into one jar must keep native/lib/pytorch.properties of this platform"
                        .formatted(found, torchVersion, platform));
    }

    private void requireJniLibrary() {
        String needed = torchVersion + "-" + djlVersion;
        String found = resource("jnilib/pytorch.properties")
                .map(url -> properties(url).getProperty("jni_version"))
                .orElseThrow(() -> new NativeLibraryException(
                        "the library between DJL and libtorch is not on the class path: add the dependency ai.djl.pytorch:pytorch-jni:%s, at run time"
                                .formatted(needed)));
        if (!isOf(needed, found)) {
            throw new NativeLibraryException(
                    "the class path has ai.djl.pytorch:pytorch-jni:%s, but pytorch-engine %s with libtorch %s needs ai.djl.pytorch:pytorch-jni:%s: set that version, and one version for all artifacts of DJL"
                            .formatted(found, djlVersion, torchVersion, needed));
        }
    }

    private List<Bundle> bundles() {
        try {
            List<Bundle> bundles = new ArrayList<>();
            for (URL url : Collections.list(loader.getResources("native/lib/pytorch.properties"))) {
                bundles.add(Bundle.of(properties(url)));
            }
            return bundles;
        } catch (IOException e) {
            throw new NativeLibraryException("the class path cannot be read: " + e, e);
        }
    }

    private Optional<URL> resource(String name) {
        return Optional.ofNullable(loader.getResource(name));
    }

    private static Properties properties(URL url) {
        try {
            URLConnection connection = uncached(url);
            try (InputStream stream = connection.getInputStream()) {
                Properties properties = new Properties();
                properties.load(stream);
                return properties;
            }
        } catch (IOException e) {
            throw new NativeLibraryException(url + " cannot be read: " + e, e);
        }
    }

    /** A cached connection would keep the jar open for as long as the process lives. */
    private static URLConnection uncached(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection;
    }

    private void unpack(String resource, Path target) {
        URL url = resource(resource)
                .orElseThrow(
                        () -> new NativeLibraryException(
                                resource
                                        + " is not on the class path, though the artifact that it belongs to is: keep DJL's jars whole"));
        long bytes = -1;
        try {
            URLConnection connection = uncached(url);
            try (InputStream content = connection.getInputStream()) {
                bytes = connection.getContentLengthLong();
                if (!Files.exists(target) || bytes >= 0 && Files.size(target) != bytes) {
                    Files.createDirectories(target.getParent());
                    // Of processes that were killed meanwhile; hundreds of megabytes each.
                    AtomicFiles.deleteLeftovers(target.getParent());
                    AtomicFiles.write(target, content::transferTo);
                }
            }
        } catch (IOException | FileNotWrittenException e) {
            throw new NativeLibraryException(
                    "%s cannot be unpacked, and libtorch not be loaded: %s. It has %s bytes. %s"
                            .formatted(target, reason(e), bytes, settings.otherCacheFolder("that can be written")),
                    e);
        }
    }

    private static String reason(Exception failure) {
        return failure instanceof FileNotWrittenException ? failure.getMessage() : failure.toString();
    }
}
