package org.steering4j.engine.internal;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtEngineProvider;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Utils;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import org.steering4j.engine.NativeLibraryException;
import org.steering4j.internal.OfflineMode;

/**
 * Loads libtorch into the process, through DJL, at the first use. DJL looks for engines and files by the context class loader, which on a
 * pool's thread may know nothing of its jars: here it is that of our own classes. Thread-safe.
 */
final class Libtorch {

    private static volatile boolean loaded;

    private Libtorch() {}

    /**
     * A manager for arrays that live as long as a program does.
     *
     * @throws NativeLibraryException if libtorch cannot be loaded
     */
    static NDManager newManager() {
        load();
        return Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
    }

    /** How many threads libtorch computes on, within an operation. */
    static int threads() {
        load();
        return JniUtils.getNumThreads();
    }

    /** The version of libtorch, such as 2.7.1. */
    static String version() {
        load();
        return Engine.getEngine("PyTorch").getVersion();
    }

    private static void load() {
        if (!loaded) {
            loadOnce();
        }
    }

    private static synchronized void loadOnce() {
        if (loaded) {
            return;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ClassLoader ours = Libtorch.class.getClassLoader();
        DjlSettings settings = DjlSettings.ofProcess();
        thread.setContextClassLoader(ours);
        try {
            OfflineMode.enter();
            settings.requireUsable(ours);
            Optional<Path> folder = new LibtorchFiles(
                            ours, settings, Utils.getEngineCacheDir("pytorch"), LibtorchFiles.platform())
                    .prepare();
            startEngine(folder);
            loaded = true;
        } catch (NativeLibraryException e) {
            throw e;
        } catch (RuntimeException | LinkageError | AssertionError | ServiceConfigurationError e) {
            throw translated(e, settings);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Another part of the application may have started DJL by a class loader that does not know the engine: it is made known. */
    private static void startEngine(Optional<Path> folder) {
        String before = System.getProperty(DjlSettings.LIBRARY_PATH);
        folder.ifPresent(found -> System.setProperty(DjlSettings.LIBRARY_PATH, found.toString()));
        try {
            Engine.registerEngine(new PtEngineProvider());
            Engine.getEngine("PyTorch");
        } finally {
            if (before != null) {
                System.setProperty(DjlSettings.LIBRARY_PATH, before);
            } else {
                System.clearProperty(DjlSettings.LIBRARY_PATH);
            }
        }
    }

    static NativeLibraryException translated(Throwable failure, DjlSettings settings) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = String.valueOf(cause.getMessage() == null ? cause : cause.getMessage())
                .strip();
        return new NativeLibraryException("libtorch cannot be loaded: " + reason + wayOut(reason, settings), failure);
    }

    private static String wayOut(String reason, DjlSettings settings) {
        if (reason.contains("already loaded in another class")) {
            return ". A process can load it once, and another class loader (of an earlier deployment, another application or a development"
                    + " mode that reloads classes) has it: put the jars of DJL (api, pytorch-engine, pytorch-jni, pytorch-native-cpu and"
                    + " what these need) where all class loaders find them, in the server's shared library folder or another parent loader,"
                    + " and leave them out of the application";
        }
        if (reason.contains("failed to map segment") || reason.contains("not permitted")) {
            return ". Its file system seems to be one from which nothing may be executed (noexec). "
                    + settings.otherCacheFolder("from which libraries can be loaded");
        }
        if (reason.contains("GLIBC")) {
            return ". This system is older than libtorch needs: take one with a later glibc and libstdc++, such as Debian 12 or Ubuntu 22.04";
        }
        if (reason.contains("file too short")
                || reason.contains("invalid ELF header")
                || reason.contains("not a mach-o")) {
            return ". The file is damaged: delete its folder, and it is unpacked anew";
        }
        return settings.describe();
    }
}
