package org.steering4j.samples.personas;

import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.AiServices;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.steering4j.persona.Personas;

/** Makes the AI service from what langchain4j-steering lets be injected. */
@ApplicationScoped
public class AssistantProducer {

    @Produces
    @ApplicationScoped
    Assistant assistant(ChatModel model, Personas personas) {
        return AiServices.builder(Assistant.class)
                .chatModel(model)
                .chatMemoryProvider(conversation -> MessageWindowChatMemory.withMaxMessages(20))
                .chatRequestTransformer(personas.chatRequestTransformer())
                .build();
    }
}
