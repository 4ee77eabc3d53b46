package org.steering4j.trainer.command;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.steering4j.SteeredModel;
import org.steering4j.prompt.AnswerPart;
import org.steering4j.vector.LayerSteering;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Prints how a model goes on from a prompt. */
@Command(name = "complete", description = "Prints the model's answer to a prompt, steered or not.")
final class CompleteCommand implements Callable<Integer> {

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Option(
            names = "--prompt",
            required = true,
            paramLabel = "TEXT",
            description = "What the user says; with --raw, the text to continue.")
    private String prompt;

    @Option(
            names = "--system-prompt",
            paramLabel = "TEXT",
            description =
                    "A system message above the prompt; empty for none. Default: the one that the vectors were made with.")
    private String systemPrompt;

    @Option(
            names = "--raw",
            description =
                    "Continue the text itself, without chat template; an empty one stands for the beginning of a text.")
    private boolean raw;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private VectorOptions vectors;

    @Override
    public Integer call() {
        sampling.requireValid();
        VectorOptions.Vectors given = vectors.read();
        if (!raw) {
            // With --json, standard error is for a failure, and the result says it.
            systemPrompt = given.systemPrompt(
                    systemPrompt,
                    command,
                    main.isJson() ? new PrintStream(OutputStream.nullOutputStream()) : main.errors());
        }
        try (SteeredModel opened = model.open(sampling.speculation(), given.steering())) {
            LayerSteering steering = given.library().resolve(given.steering(), opened.shape());
            TextGeneration generation = new TextGeneration(opened, steering, sampling, () -> false);
            ShownAnswer shown = new ShownAnswer(main.output(), main.errors());
            Consumer<AnswerPart> parts = main.isJson() ? part -> {} : shown;
            Map<String, String> result = new TreeMap<>();
            if (raw) {
                result.put(
                        "text",
                        generation.goOn(
                                opened.prompts().textPrompt(prompt),
                                piece -> parts.accept(new AnswerPart.Text(piece))));
            } else {
                AiMessage answer = generation.answer(opened.prompts().prompt(messages(), List.of()), parts);
                result.put("text", answer.text());
                if (!systemPrompt.isEmpty()) {
                    result.put("systemPrompt", systemPrompt);
                }
                if (answer.thinking() != null) {
                    result.put("thinking", answer.thinking());
                }
            }
            main.show(result, output -> shown.end());
        }
        return 0;
    }

    private List<ChatMessage> messages() {
        List<ChatMessage> messages = new ArrayList<>();
        if (!systemPrompt.isEmpty()) {
            messages.add(SystemMessage.from(systemPrompt));
        }
        messages.add(UserMessage.from(prompt));
        return messages;
    }
}
