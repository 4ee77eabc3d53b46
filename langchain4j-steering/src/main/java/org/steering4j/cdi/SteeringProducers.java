package org.steering4j.cdi;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredChatModelBuilder;
import org.steering4j.SteeredModel;
import org.steering4j.SteeredStreamingChatModel;
import org.steering4j.persona.Personas;
import org.steering4j.vector.SteeringVectors;

/**
 * Makes what can be injected, from the configuration. {@link ChatModel} and {@link StreamingChatModel} are proxies that make the chat model,
 * and so open the model, at their first call; who injects one of the final classes gets it opened at once.
 */
@Singleton
class SteeringProducers {

    private final SteeringConfiguration configuration = SteeringConfiguration.read(Settings.ofTheApplication());

    /** The chat models of the personas look these up by themselves; a container that removes what nobody injects must keep them. */
    @Inject
    Instance<SteeredChatModel> chatModels;

    @Inject
    Instance<SteeredStreamingChatModel> streamingChatModels;

    /** Refuses to start where the model, a vector or a persona is missing or does not fit; the model itself is not opened yet. */
    void requireEverythingThere(@Observes @Initialized(ApplicationScoped.class) Object event) {
        configuration.requireEverythingThere();
    }

    @Produces
    @Singleton
    SteeredModel model() {
        return configuration.openModel();
    }

    void close(@Disposes SteeredModel model) {
        model.close();
    }

    @Produces
    @Singleton
    SteeringVectors vectors() {
        return configuration.openVectors();
    }

    @Produces
    @Singleton
    Personas personas() {
        return configuration
                .personasBuilder()
                .resolver(conversationId -> ConversationPersona.ofThisThread())
                .build();
    }

    @Produces
    @Singleton
    @Typed(SteeredChatModel.class)
    SteeredChatModel steeredChatModel(SteeredModel model, SteeringVectors vectors, Personas personas) {
        return configured(SteeredChatModel.builder(), model, vectors, personas).build();
    }

    @Produces
    @Singleton
    @Typed(SteeredStreamingChatModel.class)
    SteeredStreamingChatModel steeredStreamingChatModel(
            SteeredModel model, SteeringVectors vectors, Personas personas) {
        return configured(SteeredStreamingChatModel.builder(), model, vectors, personas)
                .build();
    }

    private <B extends SteeredChatModelBuilder<B>> B configured(
            B builder, SteeredModel model, SteeringVectors vectors, Personas personas) {
        return builder.model(model)
                .vectors(vectors)
                .personas(personas)
                .defaultRequestParameters(configuration.defaults());
    }

    @Produces
    @ApplicationScoped
    ChatModel chatModel(SteeredChatModel model) {
        return model;
    }

    @Produces
    @ApplicationScoped
    StreamingChatModel streamingChatModel(SteeredStreamingChatModel model) {
        return model;
    }
}
