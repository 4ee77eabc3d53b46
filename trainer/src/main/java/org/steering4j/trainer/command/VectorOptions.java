package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options that name vectors and how strongly each one steers; a vector goes by the name of its behaviour. */
final class VectorOptions {

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "Steering, as often as wanted:%n")
    private List<WeightedVector> weighted = new ArrayList<>();

    @Option(
            names = "--allow-other-model",
            description =
                    "Also take vectors made on a model of another name but the same shape, such as this one's base.")
    private boolean allowOtherModel;

    static final class WeightedVector {

        @Option(
                names = "--vector",
                required = true,
                paramLabel = "FILE",
                description = "A steering vector: .safetensors or .gguf; for .pt, see convert.")
        private Path file;

        @Option(
                names = "--multiplier",
                paramLabel = "X",
                description = "How strongly the vector before it steers; negative for the opposite. Default: 1.")
        private Double multiplier;
    }

    /** The vectors of all files and the steering that the multipliers give. */
    record Vectors(SteeringVectors library, Steering steering) {

        /** As {@link SystemPromptChoice#of}, of those that steer. */
        String systemPrompt(String given, CommandSpec command, PrintStream remarks) {
            List<SteeringVector> steering = this.steering.multipliers().keySet().stream()
                    .map(library::get)
                    .toList();
            return SystemPromptChoice.of(given, steering, command, remarks);
        }
    }

    Vectors read() {
        SteeringVectors library = SteeringVectors.empty();
        Steering steering = Steering.none();
        for (WeightedVector option : weighted) {
            SteeringVector vector = SteeringVector.read(option.file);
            if (library.names().contains(vector.behavior())) {
                throw new IllegalArgumentException("two vectors are for \"" + vector.behavior() + "\", the second is "
                        + option.file + ": give each behaviour once");
            }
            library = library.with(vector);
            steering = steering.plus(vector.behavior(), option.multiplier == null ? 1 : option.multiplier);
        }
        return new Vectors(allowOtherModel ? library.allowingOtherModels() : library, steering);
    }
}
