package org.steering4j.trainer.command;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.trainer.evaluation.SteeringGrid;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of which steerings are measured, and how strong. */
final class MeasuredSteeringOptions {

    /** Vectors together are compared at the weights they were given. */
    private static final List<Double> OFF_AND_ON = List.of(0.0, 1.0);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--vector",
            required = true,
            converter = NamedFile.Converter.class,
            paramLabel = "[NAME=]FILE",
            description =
                    "A vector to measure, as often as wanted. It goes by its behaviour, and by behaviour and method"
                            + " where several are for the same one, unless named here.")
    private List<NamedFile> vectors;

    @Option(
            names = "--allow-other-model",
            description = "Also take vectors made on a model of another name but the same shape.")
    private boolean allowOtherModel;

    @Option(
            names = "--multipliers",
            split = ",",
            defaultValue = "-2,-1,-0.5,0,0.5,1,2",
            paramLabel = "X",
            description = "Steerability takes three or more. Default: ${DEFAULT-VALUE}.")
    private List<Double> multipliers;

    @Option(
            names = "--compose",
            paramLabel = "NAME:X,NAME:X",
            description =
                    "Vectors together, such as truthfulness:0.6,refusal:0.6, against each alone; as often as wanted.")
    private List<String> compositions = new ArrayList<>();

    /**
     * Vectors and compositions, by the names of their figures.
     *
     * @param composed each composition and its parts alone
     */
    record Read(Map<String, SteeringVector> vectors, Map<String, Steering> composed, List<Double> multipliers) {

        String names() {
            return String.join(", ", vectors.keySet());
        }

        /** Worked out for a model of that shape. */
        List<SteeringGrid> grids(ModelShape shape, boolean allowOtherModel) {
            SteeringVectors library = NamedVectors.library(vectors);
            SteeringVectors allowed = allowOtherModel ? library.allowingOtherModels() : library;
            List<SteeringGrid> grids = new ArrayList<>();
            for (String name : vectors.keySet()) {
                grids.add(SteeringGrid.of(name, Steering.of(name, 1), multipliers, allowed, shape));
            }
            composed.forEach(
                    (name, steering) -> grids.add(SteeringGrid.of(name, steering, OFF_AND_ON, allowed, shape)));
            return grids;
        }
    }

    boolean allowOtherModel() {
        return allowOtherModel;
    }

    Read read() {
        requireMultipliers();
        Map<String, SteeringVector> read = NamedVectors.read(vectors);
        read.keySet().forEach(this::requireNameOfOne);
        return new Read(read, composed(), List.copyOf(multipliers));
    }

    /** Figures name what was composed by weights, such as {@code truthfulness*0.6}: no vector may look like that. */
    private void requireNameOfOne(String name) {
        if (name.contains("*")) {
            throw new ParameterException(
                    command.commandLine(),
                    "--vector has one by the name \"" + name
                            + "\": * stands for a weight in the names of compositions; name it otherwise, as --vector NAME=FILE");
        }
    }

    private void requireMultipliers() {
        // 0 and -0 are the same here.
        List<Double> given = multipliers.stream().map(value -> value + 0.0).toList();
        for (double multiplier : given) {
            if (Collections.frequency(given, multiplier) > 1) {
                throw new ParameterException(
                        command.commandLine(),
                        "--multipliers has " + multiplier + " twice: give each once, mostly between -2 and 2");
            }
        }
    }

    private Steering parsed(String composition) {
        try {
            return Steering.parse(composition);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--compose: " + e.getMessage(), e);
        }
    }

    private Map<String, Steering> composed() {
        Map<String, Steering> steerings = new LinkedHashMap<>();
        for (String composition : compositions) {
            Steering together = parsed(composition);
            steerings.put(together.toString(), together);
            together.multipliers().forEach((name, weight) -> {
                Steering alone = Steering.of(name, weight);
                steerings.put(alone.toString(), alone);
            });
        }
        return steerings;
    }
}
