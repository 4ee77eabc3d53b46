package org.steering4j.recipe.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.engine.internal.DecoderProgram;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.internal.SafetensorsWriter;
import org.steering4j.recipe.pretraining.BatchSource.Batch;

/** The decoder program with the methods that train all its weights (pretraining.py). For one thread. */
final class PretrainingProgram implements AutoCloseable {

    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.95;
    private static final double EPSILON = 1e-8;
    private static final double MOMENTUM = 0.95;
    /** Methods that give the optimizer's tensors, and the suffix under which a checkpoint holds them. */
    private static final List<String> STATES = List.of("masters", "first_moments", "second_moments");

    private final ModelFolder folder;
    private final PretrainingSettings settings;
    private final DecoderProgram program;

    PretrainingProgram(Path initialFolder, PretrainingSettings settings) {
        this.folder = ModelFolder.open(initialFolder);
        this.settings = settings;
        this.program = DecoderProgram.open(folder, settings.precision(), methods());
        try (NDManager scope = program.newScope()) {
            program.runDifferentiably("prepare_training", scope.create(0f));
        }
    }

    private static String methods() {
        try (InputStream source = PretrainingProgram.class.getResourceAsStream("pretraining.py")) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs one optimizer step and gives the batch's loss in nats a token, before the step.
     *
     * @param rateShare of the highest learning rates
     */
    double step(Batch batch, double rateShare, long step) {
        try (NDManager scope = program.newScope()) {
            NDArray result = program.runDifferentiably(
                            "training_step",
                            scope.create(batch.tokens(), new Shape(batch.rows(), batch.columns())),
                            scope.create(batch.weights()),
                            scope.create(new double[] {
                                rateShare * settings.learningRate(),
                                BETA_1,
                                BETA_2,
                                EPSILON,
                                settings.weightDecay(),
                                rateShare * settings.matrixRate(),
                                MOMENTUM,
                                settings.largestGradientNorm(),
                                step
                            }))
                    .get(0);
            float loss = result.toFloatArray()[0];
            if (!Float.isFinite(loss)) {
                throw new IllegalStateException("the loss is %s at step %d".formatted(loss, step));
            }
            return loss;
        }
    }

    /** Writes the weights alone, rounded to bfloat16, as a model's weights. */
    void writeModel(Path file) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        List<float[]> masters = state(STATES.get(0));
        for (int i = 0; i < masters.size(); i++) {
            StoredWeight weight = folder.weights().get(i);
            writer.tensor(name(weight), DataType.BF16, weight.tensor().shape(), masters.get(i));
        }
        writer.write(file);
    }

    /** Writes weights and optimizer state in float32. */
    void writeCheckpoint(Path file, SafetensorsWriter writer) {
        for (String state : STATES) {
            List<float[]> values = state(state);
            for (int i = 0; i < values.size(); i++) {
                StoredWeight weight = folder.weights().get(i);
                writer.tensor(
                        name(weight) + "/" + state,
                        DataType.F32,
                        weight.tensor().shape(),
                        values.get(i));
            }
        }
        writer.write(file);
    }

    void readCheckpoint(SafetensorsFile file) {
        for (int i = 0; i < folder.weights().size(); i++) {
            StoredWeight weight = folder.weights().get(i);
            try (NDManager scope = program.newScope()) {
                List<NDArray> arguments = new ArrayList<>();
                arguments.add(scope.create(new long[] {i}));
                for (String state : STATES) {
                    arguments.add(scope.create(file.readFloats(name(weight) + "/" + state)));
                }
                program.runDifferentiably("restore", arguments.toArray(NDArray[]::new));
            }
        }
    }

    private static String name(StoredWeight weight) {
        return weight.weight().tensorName(weight.layer());
    }

    private List<float[]> state(String method) {
        try (NDManager scope = program.newScope()) {
            NDList tensors = program.runDifferentiably(method, scope.create(0f));
            return tensors.stream().map(NDArray::toFloatArray).toList();
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
