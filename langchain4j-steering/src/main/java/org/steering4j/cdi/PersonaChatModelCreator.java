package org.steering4j.cdi;

import dev.langchain4j.model.chat.ChatModel;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.build.compatible.spi.Parameters;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;
import org.steering4j.SteeredChatModel;

/** Makes the chat model of one persona; for the container. */
public final class PersonaChatModelCreator implements SyntheticBeanCreator<ChatModel> {

    static final String PERSONA = "persona";

    @Override
    public ChatModel create(Instance<Object> lookup, Parameters parameters) {
        return lookup.select(SteeredChatModel.class).get().withPersona(parameters.get(PERSONA, String.class));
    }
}
