package org.steering4j.engine.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.steering4j.checkpoint.DecoderSwitches;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.LoadingListener;
import org.steering4j.engine.Precision;
import org.steering4j.internal.DataType;

/**
 * The decoder program (decoder.py) loaded into libtorch: calls its methods with arrays. Knows nothing of what the
 * methods compute. Methods may be called from several threads at once; {@link #close} must not run beside a call.
 */
public final class DecoderProgram implements AutoCloseable {

    private final TorchScriptProgram program;

    private DecoderProgram(TorchScriptProgram program) {
        this.program = program;
    }

    /** Loads the program, and the folder's weights into it, packed where that is faster, merged with the adapter if there is one. */
    public static DecoderProgram open(
            ModelFolder folder,
            Precision precision,
            Projections projections,
            Optional<LoraAdapter> adapter,
            LoadingListener listener) {
        return open(folder, precision, projections, adapter, listener, "");
    }

    /**
     * Loads the program with methods of the caller's; all weights are matrices that these may read and replace.
     *
     * @param furtherMethods TorchScript text of attributes and methods to add to the class, indented as in decoder.py
     */
    public static DecoderProgram open(ModelFolder folder, Precision precision, String furtherMethods) {
        return open(folder, precision, Projections.PLAIN, Optional.empty(), (loaded, total) -> {}, furtherMethods);
    }

    private static DecoderProgram open(
            ModelFolder folder,
            Precision precision,
            Projections projections,
            Optional<LoraAdapter> adapter,
            LoadingListener listener,
            String furtherMethods) {
        WeightTable table = new WeightTable(folder.weights(), projections, adapter);
        TorchScriptProgram program = TorchScriptProgram.load(
                "Decoder",
                TorchScriptProgram.readSource("decoder.py") + projections.source("Decoder") + furtherMethods,
                attributes(folder.configuration(), precision, projections, table));
        try {
            boolean converts = projections.convertsInFloat32(folder.weights(), precision, adapter.isPresent());
            new WeightLoader(program, table, projections, converts, adapter, listener).load();
            try (NDManager scope = program.newScope()) {
                program.runDifferentiably("finish_load", frequencies(scope, folder.configuration()));
            }
            return new DecoderProgram(program);
        } catch (Throwable e) {
            program.close();
            throw e;
        }
    }

    private static Map<String, Object> attributes(
            ModelConfiguration configuration, Precision precision, Projections projections, WeightTable table) {
        Map<String, Object> attributes = new LinkedHashMap<>(projections.attributes());
        attributes.put("number_of_layers", configuration.numberOfLayers());
        attributes.put("query_heads", configuration.queryHeads());
        attributes.put("key_value_heads", configuration.keyValueHeads());
        attributes.put("head_size", configuration.headSize());
        attributes.put("hidden_size", configuration.hiddenSize());
        attributes.put("norm_epsilon", configuration.normEpsilon());
        attributes.putAll(switches(configuration));
        attributes.put("compute_type", torchType(precision));
        attributes.put("mapped_paths", table.mappedPaths());
        attributes.put("mapped_types", table.mappedTypes());
        return attributes;
    }

    /** What makes the program the decoder of one family and not of another. */
    private static Map<String, Object> switches(ModelConfiguration configuration) {
        DecoderSwitches switches = configuration.switches();
        boolean twoRotaries = switches.localRotaryBase() > 0;
        List<Integer> rotaryOfLayer = new ArrayList<>();
        List<Integer> windowOfLayer = new ArrayList<>();
        for (int layer = 0; layer < configuration.numberOfLayers(); layer++) {
            boolean windowed = switches.windowed().get(layer);
            rotaryOfLayer.add(!switches.rotary().get(layer) ? -1 : windowed && twoRotaries ? 1 : 0);
            windowOfLayer.add(windowed ? 1 : 0);
        }
        return Map.ofEntries(
                Map.entry("norm_offset", switches.normOffset()),
                Map.entry("embedding_multiplier", switches.embeddingMultiplier()),
                Map.entry("attention_scale", switches.attentionScale()),
                Map.entry("attention_soft_cap", switches.attentionSoftCap()),
                Map.entry("residual_multiplier", switches.residualMultiplier()),
                Map.entry("logit_divisor", switches.logitDivisor()),
                Map.entry("logit_soft_cap", switches.logitSoftCap()),
                Map.entry("gelu", switches.geluActivation()),
                Map.entry("rotary_factor", configuration.rotaryScaling().attentionFactor()),
                Map.entry("rotary_of_layer", rotaryOfLayer),
                Map.entry("window", switches.slidingWindow()),
                Map.entry("window_of_layer", windowOfLayer));
    }

    /** Those of the rotary position embedding, and of layers with a window where they have their own. */
    private static NDArray frequencies(NDManager scope, ModelConfiguration configuration) {
        double[] global = configuration.rotaryFrequencies();
        double[] local = configuration.localRotaryFrequencies();
        double[] all =
                DoubleStream.concat(Arrays.stream(global), Arrays.stream(local)).toArray();
        return scope.create(all, new Shape(all.length / global.length, global.length));
    }

    /** How many threads libtorch computes on, within an operation. */
    public static int threads() {
        return EngineThreads.call(Libtorch::threads);
    }

    /** Of libtorch. */
    public static String version() {
        return Libtorch.version();
    }

    /** The number by which TorchScript names the type that is computed in between matrices. */
    public static int torchType(Precision precision) {
        return WeightTable.torchType(precision.keepsFloat32BetweenMatrices() ? DataType.F32 : DataType.BF16);
    }

    /** A manager for the arrays of one request or step: close it and their native memory is returned. */
    public NDManager newScope() {
        return program.newScope();
    }

    /** Calls a method under inference mode: what it returns never takes part in a derivative. */
    public NDList run(String method, NDArray... arguments) {
        return program.run(method, arguments);
    }

    /** Calls a method that keeps the graph of a derivative, or loads what a later one needs. */
    public NDList runDifferentiably(String method, NDArray... arguments) {
        return program.runDifferentiably(method, arguments);
    }

    @Override
    public void close() {
        program.close();
    }
}
