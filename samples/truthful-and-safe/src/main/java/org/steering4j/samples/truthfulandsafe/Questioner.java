package org.steering4j.samples.truthfulandsafe;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.vector.Steering;

/** Asks a chat model, the steering a parameter of each request. Thread-safe. */
record Questioner(ChatModel model) {

    /** Requests that come at the same time run in one batch. */
    private static final int AT_THE_SAME_TIME = 16;

    /** Answers at temperature 1, in the order of the questions; the seed of a question is its place among them. */
    List<String> answers(List<String> questions, Steering steering) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_THE_SAME_TIME);
        try {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < questions.size(); i++) {
                String question = questions.get(i);
                long seed = i;
                answers.add(CompletableFuture.supplyAsync(() -> answer(question, steering, seed), threads));
            }
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdown();
        }
    }

    private String answer(String question, Steering steering, long seed) {
        return model.chat(ChatRequest.builder()
                        .messages(UserMessage.from(question))
                        .parameters(SteeringChatRequestParameters.builder()
                                .steering(steering)
                                .temperature(1.0)
                                .seed(seed)
                                .build())
                        .build())
                .aiMessage()
                .text();
    }
}
