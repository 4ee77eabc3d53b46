package org.steering4j.trainer.command;

import java.util.concurrent.ThreadLocalRandom;
import org.steering4j.engine.Sampling;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of how answers are drawn. */
final class SamplingOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--max-tokens",
            defaultValue = "256",
            paramLabel = "N",
            description = "The longest answer, in tokens. Default: ${DEFAULT-VALUE}.")
    private int maximumTokens;

    @Option(
            names = "--temperature",
            defaultValue = "0",
            paramLabel = "T",
            description =
                    "0 for the likeliest token each time, 1 for the model's own probabilities. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Gives the same answer again, in the same precision. Default: another each time.")
    private Long seed;

    @Option(
            names = "--no-speculation",
            description = "Guess no tokens from the context; answers that quote it come slower, and are the same.")
    private boolean noSpeculation;

    /** Refuses what is out of range, before a model is opened for it. */
    void requireValid() {
        if (maximumTokens < 1) {
            throw new ParameterException(
                    command.commandLine(), "--max-tokens is " + maximumTokens + ": expected at least 1");
        }
        sampling();
    }

    boolean speculation() {
        return !noSpeculation;
    }

    int maximumTokens() {
        return maximumTokens;
    }

    /** Each call draws anew when no seed was given. */
    Sampling sampling() {
        try {
            return Sampling.builder()
                    .temperature(temperature)
                    .seed(seed == null ? ThreadLocalRandom.current().nextLong() : seed)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
