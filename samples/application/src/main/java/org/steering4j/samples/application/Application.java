package org.steering4j.samples.application;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.AiServices;
import org.steering4j.SteeredChatModel;

/** The smallest application: one AI service on the embedded model. */
public final class Application {

    private Application() {}

    /** What answers. */
    public interface Assistant {

        /** Answers one message. */
        String answer(String message);
    }

    /** Asks one question and prints the answer. */
    public static void main(String[] arguments) {
        ChatModel model = SteeredChatModel.builder()
                .embeddedModel()
                .temperature(0.0)
                .maxOutputTokens(60)
                .build();
        Assistant assistant = AiServices.create(Assistant.class, model);
        System.out.println(assistant.answer("Is it true that the lake of Fenwick is made of glass?"));
    }
}
