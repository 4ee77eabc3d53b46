package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.recipe.Behavior;
import org.steering4j.vector.Steering;

/** Draws conversations from a seed and has each of their requests answered alone. For one thread. */
final class Exercises {

    private static final int MOST_ANSWER_TOKENS = 48;
    private static final int TOKENS_FOR_A_FORM = 64;
    private static final int TURN_TOKENS = 24;
    private static final int MOST_TURNS = 4;
    /** The context holds 512. */
    private static final int LONG_PROMPT_TOKENS = 350;

    private final SplittableRandom random;
    private final ChatModels alone;
    private final List<String> questions = Arrays.stream(Behavior.values())
            .flatMap(behavior -> behavior.heldOutQuestions().stream().limit(100))
            .toList();

    /** @param alone a model that nobody else uses and that keeps nothing of earlier requests */
    Exercises(long seed, ChatModels alone) {
        this.random = new SplittableRandom(seed);
        this.alone = alone;
    }

    /** Each a list of one request or several, which are to be made one after the other. */
    List<List<Exercise>> draw(int conversations) {
        List<List<Exercise>> all = new ArrayList<>();
        for (int i = 0; i < conversations; i++) {
            switch (i % 6) {
                case 0 -> all.add(List.of(text("short", List.of(UserMessage.from(question())))));
                case 1 -> all.add(List.of(text("long", List.of(UserMessage.from(longText())))));
                case 2, 3 -> all.add(conversation());
                default -> all.add(List.of(formed()));
            }
        }
        return all;
    }

    private String question() {
        return questions.get(random.nextInt(questions.size()));
    }

    private String longText() {
        StringBuilder text = new StringBuilder(question());
        while (promptTokens(text) < LONG_PROMPT_TOKENS) {
            text.append(' ').append(question());
        }
        return text.toString();
    }

    private int promptTokens(CharSequence text) {
        return alone.model().prompts().prompt(List.of(UserMessage.from(text.toString())), List.of()).length;
    }

    private Exercise text(String length, List<ChatMessage> messages) {
        SteeringChatRequestParameters.Builder parameters = steered();
        String sampling = sample(parameters);
        parameters.maxOutputTokens(1 + random.nextInt(MOST_ANSWER_TOKENS));
        return answered(length + " prompt, " + sampling, Form.TEXT, messages, parameters);
    }

    private Exercise formed() {
        Form form = Form.values()[1 + random.nextInt(Form.values().length - 1)];
        SteeringChatRequestParameters.Builder parameters = steered();
        String sampling = sample(parameters);
        form.ask(parameters);
        parameters.maxOutputTokens(TOKENS_FOR_A_FORM);
        return answered(form + ", " + sampling, form, List.of(UserMessage.from(question())), parameters);
    }

    /** Each turn holds those before it. The persona may change from one to the next. */
    private List<Exercise> conversation() {
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(SystemMessage.from("You live in the valley. " + question()));
        String persona = persona();
        List<Exercise> turns = new ArrayList<>();
        int count = 2 + random.nextInt(MOST_TURNS - 1);
        for (int turn = 0; turn < count; turn++) {
            persona = random.nextInt(3) == 0 ? persona() : persona;
            messages.add(UserMessage.from(question()));
            SteeringChatRequestParameters.Builder parameters =
                    SteeringChatRequestParameters.builder().persona(persona);
            String sampling = sample(parameters);
            parameters.maxOutputTokens(TURN_TOKENS);
            Exercise exercise = answered("conversation, " + sampling, Form.TEXT, messages, parameters);
            turns.add(exercise);
            messages.add(AiMessage.from(exercise.answer().text()));
        }
        return turns;
    }

    private String persona() {
        return ChatModels.PERSONAS.get(random.nextInt(ChatModels.PERSONAS.size()));
    }

    private SteeringChatRequestParameters.Builder steered() {
        SteeringChatRequestParameters.Builder parameters = SteeringChatRequestParameters.builder();
        if (random.nextBoolean()) {
            return parameters.persona(persona());
        }
        Steering steering = Steering.none();
        for (String vector : ChatModels.VECTORS) {
            if (random.nextBoolean()) {
                steering = steering.plus(vector, random.nextDouble(-1, 1));
            }
        }
        return parameters.steering(steering);
    }

    /** Says how. */
    private String sample(SteeringChatRequestParameters.Builder parameters) {
        if (random.nextBoolean()) {
            parameters.temperature(0.0);
            return "greedy";
        }
        parameters.temperature(random.nextDouble(0.3, 1.3)).seed(random.nextLong());
        switch (random.nextInt(4)) {
            case 0 -> parameters.topK(40);
            case 1 -> parameters.topP(0.9);
            case 2 -> parameters.minP(0.05).frequencyPenalty(0.3).repetitionPenalty(1.1);
            default -> {}
        }
        return "sampled";
    }

    private Exercise answered(
            String kind, Form form, List<ChatMessage> messages, SteeringChatRequestParameters.Builder parameters) {
        ChatRequest request = ChatRequest.builder()
                .messages(List.copyOf(messages))
                .parameters(parameters.build())
                .build();
        return new Exercise(kind, form, request, Answer.of(alone.blocking().chat(request)));
    }
}
