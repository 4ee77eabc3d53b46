package org.steering4j.engine.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A TorchScript class loaded into libtorch: calls its methods with arrays. Knows nothing of what the methods compute.
 * Methods may be called from several threads at once; {@link #close} must not run beside a call.
 */
final class TorchScriptProgram implements AutoCloseable {

    static {
        // Everything native comes from artifacts on the class path: nothing is to be downloaded at run time.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
    }

    /** libtorch keeps this setting per thread; without it the first calls of every new shape are optimised anew. */
    private static final ThreadLocal<Boolean> GRAPH_OPTIMISER_IS_OFF = ThreadLocal.withInitial(() -> {
        JniUtils.setGraphExecutorOptimize(false);
        return true;
    });

    /**
     * Calls hold the read lock. When the JVM exits while a thread is inside libtorch, libtorch's own destructors run beside
     * it and the process dies of a segmentation fault; so the shutdown hook waits for running calls and lets no new one in.
     */
    private static final ReentrantReadWriteLock CALLS = new ReentrantReadWriteLock();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> CALLS.writeLock().lock(), "steering4j-wait-for-native-calls"));
    }

    private final NDManager manager;
    private final PtSymbolBlock block;

    private TorchScriptProgram(NDManager manager, PtSymbolBlock block) {
        this.manager = manager;
        this.block = block;
    }

    /** @param attributes the values of all attributes but {@code training} and lists of tensors, which start empty */
    static TorchScriptProgram load(String className, String source, Map<String, Object> attributes) {
        Map<String, Object> all = new LinkedHashMap<>(attributes);
        all.put("training", false);
        source.lines()
                .filter(line -> line.startsWith("  ") && line.endsWith(" : List[Tensor]"))
                .forEach(line -> all.put(line.substring(2, line.indexOf(" : ")), TorchScriptArchive.EMPTY_TENSOR_LIST));
        byte[] archive = TorchScriptArchive.pack(className, source, all);
        NDManager manager = NDManager.newBaseManager("PyTorch");
        try {
            GRAPH_OPTIMISER_IS_OFF.get();
            return new TorchScriptProgram(
                    manager,
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** The text of a resource beside this class. */
    static String readSource(String resource) {
        try (InputStream source = TorchScriptProgram.class.getResourceAsStream(resource)) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A manager for the arrays of one request or step: close it and their native memory is returned. */
    NDManager newScope() {
        return manager.newSubManager();
    }

    /** Calls a method under inference mode: what it returns never takes part in a derivative. */
    NDList run(String method, NDArray... arguments) {
        return call(method, false, List.of(arguments));
    }

    /** Calls a method that keeps the graph of a derivative, or loads what a later one needs. */
    NDList runDifferentiably(String method, NDArray... arguments) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true); // per thread; DJL turns it on only inside its gradient collector
        try {
            return call(method, true, List.of(arguments));
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private NDList call(String method, boolean differentiable, List<NDArray> arguments) {
        GRAPH_OPTIMISER_IS_OFF.get();
        NDList inputs = new NDList(arguments);
        CALLS.readLock().lock();
        try (NDArray selector = arguments.get(0).getManager().create(new Shape(1), DataType.FLOAT32)) {
            selector.setName("module_method:" + method);
            inputs.add(selector);
            return IValueUtils.forward(block, inputs, differentiable);
        } finally {
            CALLS.readLock().unlock();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
