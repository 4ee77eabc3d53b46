package org.steering4j.samples.quickstart;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.recipe.Behavior;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/** The answers that a LangChain4j application gets to the same questions under different steerings. Immutable. */
record SideBySide(List<Asked> asked) {

    private static final int QUESTIONS_EACH = 2;
    private static final double[] MULTIPLIERS = {-2, -1, 0, 1, 2};

    /** One question and the answers to it, by the names of the steerings. */
    record Asked(Behavior behavior, String question, List<Answered> answers) {}

    record Answered(String steering, String text) {}

    /** Asks held-out questions greedily through a {@link SteeredChatModel}, the steering a parameter of each request. */
    static SideBySide ask(SteeredModel model, SteeringVectors vectors, List<Behavior> behaviors) {
        SteeredChatModel chat = SteeredChatModel.builder()
                .model(model)
                .vectors(vectors)
                .temperature(0.0)
                .maxOutputTokens(60)
                .build();
        Steering composed = Steering.none();
        for (Behavior behavior : behaviors) {
            composed = composed.plus(behavior.label(), 0.6);
        }
        List<Asked> asked = new ArrayList<>();
        for (Behavior behavior : behaviors) {
            for (String question : behavior.heldOutQuestions().subList(0, QUESTIONS_EACH)) {
                List<Answered> answers = new ArrayList<>();
                for (double multiplier : MULTIPLIERS) {
                    Steering steering = Steering.of(behavior.label(), multiplier);
                    answers.add(new Answered(
                            String.format(Locale.ROOT, "%s %+.0f", behavior.label(), multiplier),
                            answer(chat, question, steering)));
                }
                answers.add(new Answered("both +0.6", answer(chat, question, composed)));
                asked.add(new Asked(behavior, question, answers));
            }
        }
        return new SideBySide(asked);
    }

    private static String answer(SteeredChatModel chat, String question, Steering steering) {
        return chat.chat(ChatRequest.builder()
                        .messages(UserMessage.from(question))
                        .parameters(SteeringChatRequestParameters.builder()
                                .steering(steering)
                                .build())
                        .build())
                .aiMessage()
                .text();
    }

    void print(PrintStream output) {
        for (Asked one : asked) {
            output.printf("%n%s%n", one.question());
            one.answers().forEach(answer -> output.printf("  %-16s %s%n", answer.steering(), answer.text()));
        }
        output.println();
    }
}
