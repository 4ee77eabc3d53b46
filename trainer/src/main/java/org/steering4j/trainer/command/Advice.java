package org.steering4j.trainer.command;

import java.util.List;
import java.util.regex.Pattern;

/** Says what errors of the libraries advise in Java as options of the command line. */
final class Advice {

    private record Phrase(Pattern java, String commandLine) {

        static Phrase of(String java, String commandLine) {
            return new Phrase(Pattern.compile(java), commandLine);
        }
    }

    private static final List<Phrase> PHRASES = List.of(
            Phrase.of("SteeringVectors(\\.\\w+\\([^)]*\\))?\\.allowingOtherModels\\(\\)", "--allow-other-model"),
            Phrase.of(
                    "read it with SteeringVector\\.readPyTorch(\\([^)]*\\))?",
                    "write it as .safetensors first, with: steering convert IN.pt OUT.safetensors --behavior NAME --layer L"),
            Phrase.of("open a model folder with modelPath\\(\\.\\.\\.\\)", "name a model folder with --model"),
            Phrase.of("open the model with a contextLength of up to (\\d+)", "give --context-length, up to $1"));

    private Advice() {}

    static String forCommandLine(String message) {
        String advised = message;
        for (Phrase phrase : PHRASES) {
            advised = phrase.java.matcher(advised).replaceAll(phrase.commandLine);
        }
        return advised;
    }
}
