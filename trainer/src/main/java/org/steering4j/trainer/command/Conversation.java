package org.steering4j.trainer.command;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.steering4j.SteeredModel;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.Steering;

/** What has been said, and how the next answer is steered. Answers go to the output, remarks about them to the remarks. */
final class Conversation {

    private static final String HELP = """
            /steer              shows the steering
            /steer NAME X       steers by a vector, X times; 0 takes it away
            /steer off          takes all steering away
            /reset              forgets the conversation
            /help               shows this
            /quit               ends""";

    private final SteeredModel model;
    private final VectorOptions.Vectors vectors;
    private final String systemPrompt;
    private final SamplingOptions sampling;
    private final PrintStream output;
    private final PrintStream remarks;
    private final BooleanSupplier stop;
    private final List<ChatMessage> messages = new ArrayList<>();
    private Steering steering;

    Conversation(
            SteeredModel model,
            VectorOptions.Vectors vectors,
            String systemPrompt,
            SamplingOptions sampling,
            PrintStream output,
            PrintStream remarks,
            BooleanSupplier stop) {
        this.model = model;
        this.vectors = vectors;
        this.systemPrompt = systemPrompt;
        this.sampling = sampling;
        this.output = output;
        this.remarks = remarks;
        this.stop = stop;
        this.steering = vectors.steering();
        // A vector that does not fit is told now, not after the first question.
        vectors.library().resolve(steering, model.shape());
        reset();
    }

    private void reset() {
        messages.clear();
        if (!systemPrompt.isEmpty()) {
            messages.add(SystemMessage.from(systemPrompt));
        }
    }

    /** Answers a line or does what it commands; false when the conversation shall end. */
    boolean say(String line) {
        try {
            String[] words = line.strip().split("\\s+");
            switch (words[0]) {
                case "" -> {}
                case "/quit", "/exit" -> {
                    return false;
                }
                case "/help" -> remarks.println(HELP);
                case "/reset" -> {
                    reset();
                    remarks.println("The conversation is forgotten.");
                }
                case "/steer" -> steer(words);
                default -> {
                    if (line.startsWith("/")) {
                        remarks.println(words[0] + " is no command; /help lists them.");
                    } else {
                        answer(line);
                    }
                }
            }
        } catch (RuntimeException failure) {
            remarks.println(Advice.forCommandLine(String.valueOf(failure.getMessage())));
        }
        return true;
    }

    private void steer(String[] words) {
        if (words.length == 2 && words[1].equals("off")) {
            steering = Steering.none();
        } else if (words.length == 3) {
            steering = with(words[1], multiplier(words[2]));
        } else if (words.length != 1) {
            throw new IllegalArgumentException("expected /steer NAME X, /steer off, or /steer alone");
        }
        remarks.println(
                steering.isNone()
                        ? "No steering. Vectors: " + vectors.library().names()
                        : "Steering: " + steering.multipliers());
    }

    private static double multiplier(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a number: expected /steer NAME X, such as 1.5", e);
        }
    }

    private Steering with(String name, double multiplier) {
        vectors.library().get(name);
        TreeMap<String, Double> multipliers = new TreeMap<>(steering.multipliers());
        multipliers.put(name, multiplier);
        Steering changed = Steering.none();
        for (var entry : multipliers.entrySet()) {
            if (entry.getValue() != 0) {
                changed = changed.plus(entry.getKey(), entry.getValue());
            }
        }
        return changed;
    }

    private void answer(String question) {
        List<ChatMessage> asked = new ArrayList<>(messages);
        asked.add(UserMessage.from(question));
        LayerSteering layers = vectors.library().resolve(steering, model.shape());
        ShownAnswer shown = new ShownAnswer(output, remarks);
        AiMessage answer = new TextGeneration(model, layers, sampling, stop)
                .answer(model.prompts().prompt(asked, List.of()), shown);
        shown.end();
        messages.clear();
        messages.addAll(asked);
        messages.add(answer);
    }
}
