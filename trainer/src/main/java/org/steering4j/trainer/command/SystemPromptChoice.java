package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.steering4j.trainer.PrintableText;
import org.steering4j.vector.SteeringVector;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Under which system prompt vectors are used: the one that was asked for, or else the one that they were made with. */
final class SystemPromptChoice {

    private SystemPromptChoice() {}

    /**
     * @param given null if none was
     * @param remarks is told what the vectors bring along
     * @return empty for none
     * @throws ParameterException if none was given and the vectors were made with different ones
     */
    static String of(String given, Collection<SteeringVector> vectors, CommandSpec command, PrintStream remarks) {
        if (given != null) {
            return given;
        }
        Set<String> made = vectors.stream()
                .map(SteeringVector::systemPrompt)
                .flatMap(Optional::stream)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (made.size() > 1) {
            throw new ParameterException(
                    command.commandLine(),
                    "the vectors were made with different system prompts: \"" + String.join("\", \"", made)
                            + "\"; say with --system-prompt which one to use, --system-prompt= for none");
        }
        String chosen = made.stream().findFirst().orElse("");
        if (!chosen.isEmpty()) {
            remarks.println(PrintableText.line("system prompt, with which the "
                    + (vectors.size() == 1 ? "vector was" : "vectors were") + " made: \"" + chosen
                    + "\" (--system-prompt= for none)"));
        }
        return chosen;
    }
}
