package org.steering4j.engine;

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

/**
 * The decoder program (decoder.py) loaded into libtorch: calls its methods with arrays. Knows nothing of what the
 * methods compute. Methods may be called from several threads at once; {@link #close} must not run beside a call.
 */
public final class DecoderProgram implements AutoCloseable {

    static {
        // Everything native comes from artifacts on the class path: nothing is to be downloaded at run time.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
    }

    private static final String CLASS_NAME = "Decoder";

    /** libtorch keeps this setting per thread; without it the first calls of every new shape are optimised anew. */
    private static final ThreadLocal<Boolean> GRAPH_OPTIMISER_IS_OFF = ThreadLocal.withInitial(() -> {
        JniUtils.setGraphExecutorOptimize(false);
        return true;
    });

    private final NDManager manager;
    private final PtSymbolBlock block;

    private DecoderProgram(NDManager manager, PtSymbolBlock block) {
        this.manager = manager;
        this.block = block;
    }

    /**
     * @param furtherMethods TorchScript text of methods to add to the class, indented as in decoder.py; may be empty
     */
    static DecoderProgram load(Map<String, Object> attributes, String furtherMethods) {
        String source = readSource() + furtherMethods;
        Map<String, Object> all = new LinkedHashMap<>(attributes);
        all.put("training", false);
        source.lines()
                .filter(line -> line.startsWith("  ") && line.endsWith(" : List[Tensor]"))
                .forEach(line -> all.put(
                        line.substring(2, line.indexOf(" : ")), TorchScriptArchive.EMPTY_TENSOR_LIST));
        byte[] archive = TorchScriptArchive.pack(CLASS_NAME, source, all);
        NDManager manager = NDManager.newBaseManager("PyTorch");
        try {
            GRAPH_OPTIMISER_IS_OFF.get();
            PtSymbolBlock block =
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
            return new DecoderProgram(manager, block);
        } catch (IOException e) {
            manager.close();
            throw new IllegalStateException("libtorch refuses the decoder program", e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static String readSource() {
        try (InputStream source = DecoderProgram.class.getResourceAsStream("decoder.py")) {
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
        try (NDArray selector = arguments.get(0).getManager().create(new Shape(1), DataType.FLOAT32)) {
            selector.setName("module_method:" + method);
            inputs.add(selector);
            return IValueUtils.forward(block, inputs, differentiable);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
