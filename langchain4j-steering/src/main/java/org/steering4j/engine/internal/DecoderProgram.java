package org.steering4j.engine.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
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
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.Precision;
import org.steering4j.internal.DataType;

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

    /** Loads the program and maps the folder's weights into it. */
    public static DecoderProgram open(ModelFolder folder, Precision precision) {
        return open(folder, precision, "");
    }

    /**
     * @param furtherMethods TorchScript text of attributes and methods to add to the class, indented as in decoder.py
     */
    public static DecoderProgram open(ModelFolder folder, Precision precision, String furtherMethods) {
        WeightTable table = new WeightTable(folder.weights());
        DecoderProgram program =
                load(attributes(folder.configuration(), precision, table), readSource() + furtherMethods);
        try (NDManager scope = program.newScope()) {
            program.runDifferentiably(
                    "load",
                    scope.create(table.rows(), new Shape(table.size(), WeightTable.COLUMNS)),
                    scope.create(folder.configuration().rotaryFrequencies()));
            return program;
        } catch (RuntimeException e) {
            program.close();
            throw e;
        }
    }

    private static Map<String, Object> attributes(
            ModelConfiguration configuration, Precision precision, WeightTable table) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("training", false);
        attributes.put("number_of_layers", configuration.numberOfLayers());
        attributes.put("query_heads", configuration.queryHeads());
        attributes.put("key_value_heads", configuration.keyValueHeads());
        attributes.put("head_size", configuration.headSize());
        attributes.put("hidden_size", configuration.hiddenSize());
        attributes.put("norm_epsilon", configuration.normEpsilon());
        attributes.put("compute_type", torchType(precision));
        attributes.put("mapped_paths", table.mappedPaths());
        attributes.put("mapped_elements", table.mappedElements());
        attributes.put("mapped_types", table.mappedTypes());
        return attributes;
    }

    /** The number by which TorchScript names a type. */
    public static int torchType(Precision precision) {
        return WeightTable.torchType(precision == Precision.FLOAT32 ? DataType.F32 : DataType.BF16);
    }

    private static DecoderProgram load(Map<String, Object> attributes, String source) {
        source.lines()
                .filter(line -> line.startsWith("  ") && line.endsWith(" : List[Tensor]"))
                .forEach(line ->
                        attributes.put(line.substring(2, line.indexOf(" : ")), TorchScriptArchive.EMPTY_TENSOR_LIST));
        byte[] archive = TorchScriptArchive.pack(CLASS_NAME, source, attributes);
        NDManager manager = NDManager.newBaseManager("PyTorch");
        try {
            GRAPH_OPTIMISER_IS_OFF.get();
            return new DecoderProgram(
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

    private static String readSource() {
        try (InputStream source = DecoderProgram.class.getResourceAsStream("decoder.py")) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A manager for the arrays of one request or step: close it and their native memory is returned. */
    public NDManager newScope() {
        return manager.newSubManager();
    }

    /** Calls a method under inference mode: what it returns never takes part in a derivative. */
    public NDList run(String method, NDArray... arguments) {
        return call(method, false, List.of(arguments));
    }

    /** Calls a method that keeps the graph of a derivative, or loads what a later one needs. */
    public NDList runDifferentiably(String method, NDArray... arguments) {
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
        try (NDArray selector =
                arguments.get(0).getManager().create(new Shape(1), ai.djl.ndarray.types.DataType.FLOAT32)) {
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
