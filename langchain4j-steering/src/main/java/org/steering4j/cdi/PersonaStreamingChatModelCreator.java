package org.steering4j.cdi;

import dev.langchain4j.model.chat.StreamingChatModel;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.build.compatible.spi.Parameters;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;
import org.steering4j.SteeredStreamingChatModel;

/** Makes the streaming chat model of one persona; for the container. */
public final class PersonaStreamingChatModelCreator implements SyntheticBeanCreator<StreamingChatModel> {

    @Override
    public StreamingChatModel create(Instance<Object> lookup, Parameters parameters) {
        return lookup.select(SteeredStreamingChatModel.class)
                .get()
                .withPersona(parameters.get(PersonaChatModelCreator.PERSONA, String.class));
    }
}
