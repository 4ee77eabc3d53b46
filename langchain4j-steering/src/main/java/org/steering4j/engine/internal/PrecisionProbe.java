package org.steering4j.engine.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.Map;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.engine.Precision;

/**
 * A stand-in for a model of a configuration (probe.py): its feed-forward networks with constant weights, in one
 * precision, and few enough that a pass takes milliseconds. It reads no file. For one thread.
 */
public final class PrecisionProbe implements AutoCloseable {

    /** Elements of weights, at most: 64 MB in float32, beyond the caches of a desktop processor. */
    private static final long MAXIMUM_ELEMENTS = 1 << 24;

    private final TorchScriptProgram program;
    private final int hiddenSize;

    private PrecisionProbe(TorchScriptProgram program, int hiddenSize) {
        this.program = program;
        this.hiddenSize = hiddenSize;
    }

    /** Makes the weights, packed as a model's would be; {@link #close} returns their native memory. */
    public static PrecisionProbe open(ModelConfiguration configuration, Precision precision) {
        int hiddenSize = configuration.hiddenSize();
        int feedForwardSize = (int)
                Math.min(configuration.feedForwardSize(), Math.max(1, MAXIMUM_ELEMENTS / elements(hiddenSize, 1)));
        int layers = (int) Math.min(
                configuration.numberOfLayers(), Math.max(1, MAXIMUM_ELEMENTS / elements(hiddenSize, feedForwardSize)));
        return open(precision, Projections.forPrecision(precision), layers, hiddenSize, feedForwardSize);
    }

    /** One layer, to see whether it runs at all. */
    static PrecisionProbe tiny(Precision precision, Projections projections) {
        return open(precision, projections, 1, 64, 64);
    }

    private static PrecisionProbe open(
            Precision precision, Projections projections, int layers, int hiddenSize, int feedForwardSize) {
        Map<String, Object> attributes = new HashMap<>(projections.attributes());
        attributes.put("compute_type", DecoderProgram.torchType(precision));
        attributes.put("layers", layers);
        attributes.put("hidden_size", hiddenSize);
        attributes.put("feed_forward_size", feedForwardSize);
        PrecisionProbe probe = new PrecisionProbe(
                TorchScriptProgram.load(
                        "Probe", TorchScriptProgram.readSource("probe.py") + projections.source("Probe"), attributes),
                hiddenSize);
        try {
            probe.load();
            return probe;
        } catch (Throwable e) {
            probe.close();
            throw e;
        }
    }

    /** Of gate, up and down projection together. */
    private static long elements(int hiddenSize, int feedForwardSize) {
        return 3L * hiddenSize * feedForwardSize;
    }

    private void load() {
        try (NDManager scope = program.newScope()) {
            program.run("load", scope.create(0));
        }
    }

    /** Runs so many tokens through all layers at once, and gives the time it took in seconds. */
    public double seconds(int tokens) {
        try (NDManager scope = program.newScope()) {
            NDArray x = scope.ones(new Shape(tokens, hiddenSize));
            long start = System.nanoTime();
            program.run("run", x);
            return (System.nanoTime() - start) / 1e9;
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
