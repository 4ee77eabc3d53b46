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
import java.util.function.UnaryOperator;
import org.steering4j.engine.EngineException;

/**
 * A TorchScript class loaded into libtorch: calls its methods with arrays. Knows nothing of what the methods compute.
 * Methods may be called from several threads at once; {@link #close} must not run beside a call.
 */
final class TorchScriptProgram implements AutoCloseable {

    private static final String ERROR = "RuntimeError: ";

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
        NDManager manager = newManager();
        try {
            return new TorchScriptProgram(
                    manager,
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException(e);
        } catch (ai.djl.engine.EngineException e) {
            manager.close();
            throw translated("loading " + className, e);
        } catch (LinkageError e) {
            manager.close();
            throw Libtorch.translated(e, DjlSettings.ofProcess());
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    private static NDManager newManager() {
        NDManager manager = Libtorch.newManager();
        GRAPH_OPTIMISER_IS_OFF.get();
        return manager;
    }

    /** @param doing what was going on, such as "score" */
    static EngineException translated(String doing, ai.djl.engine.EngineException cause) {
        boolean memory = String.valueOf(cause.getMessage()).contains("DefaultCPUAllocator");
        return new EngineException(
                "libtorch failed at " + doing + ": " + firstLine(cause)
                        + (memory
                                ? ". There is not enough native memory: take shorter texts, fewer at a time, or a smaller model"
                                : ""),
                cause);
    }

    /**
     * libtorch's messages go on with a stack trace of its own, which the cause keeps; where a program failed that trace comes first, and
     * at its end what is the matter.
     */
    private static String firstLine(Throwable failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return message.lines()
                .filter(line -> line.startsWith(ERROR))
                .map(line -> line.substring(ERROR.length()))
                .findFirst()
                .or(() -> message.lines().filter(line -> !line.isBlank()).findFirst())
                .orElse(failure.toString());
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
        return call(method, List.of(arguments), inputs -> IValueUtils.forward(block, inputs, false));
    }

    /** Calls a method that keeps the graph of a derivative, or loads what a later one needs. */
    NDList runDifferentiably(String method, NDArray... arguments) {
        return call(method, List.of(arguments), inputs -> {
            boolean before = JniUtils.isGradMode();
            JniUtils.setGradMode(true); // per thread; DJL turns it on only inside its gradient collector
            try {
                return IValueUtils.forward(block, inputs, true);
            } finally {
                JniUtils.setGradMode(before);
            }
        });
    }

    private static NDList call(String method, List<NDArray> arguments, UnaryOperator<NDList> forward) {
        NDList inputs = new NDList(arguments);
        CALLS.readLock().lock();
        try (NDArray selector = arguments.get(0).getManager().create(new Shape(1), DataType.FLOAT32)) {
            selector.setName("module_method:" + method);
            inputs.add(selector);
            return EngineThreads.call(() -> {
                GRAPH_OPTIMISER_IS_OFF.get();
                return forward.apply(inputs);
            });
        } catch (ai.djl.engine.EngineException e) {
            throw translated(method, e);
        } finally {
            CALLS.readLock().unlock();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
