package org.steering4j.samples.quarkus;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.steering4j.cdi.Persona;

/** Answers a question: unsteered, as either persona, or token by token. */
@Path("/")
public class ChatResource {

    @Inject
    ChatModel plain;

    @Inject
    @Persona("strict")
    ChatModel strict;

    @Inject
    @Persona("lax")
    ChatModel lax;

    @Inject
    @Persona("lax")
    StreamingChatModel streaming;

    @GET
    @Path("plain")
    public String plain(@QueryParam("question") String question) {
        return plain.chat(question);
    }

    @GET
    @Path("strict")
    public String strict(@QueryParam("question") String question) {
        return strict.chat(question);
    }

    @GET
    @Path("lax")
    public String lax(@QueryParam("question") String question) {
        return lax.chat(question);
    }

    /** Blocking: the first chat opens the model, which is nothing for the thread that serves all connections. */
    @GET
    @Path("stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Blocking
    public Multi<Part> stream(@QueryParam("question") String question) {
        return Multi.createFrom().emitter(emitter -> streaming.chat(question, new Emitting(emitter)));
    }

    /**
     * As JSON, because the data of a server-sent event lose a space at their beginning, as most tokens have one.
     *
     * @param text a part of the answer; null in the last event of an answer that broke off
     * @param error why it broke off; null in all other events
     */
    public record Part(String text, String error) {}

    /** Passes an answer on as it comes; when the client leaves, the model stops. */
    private record Emitting(MultiEmitter<? super Part> emitter) implements StreamingChatResponseHandler {

        @Override
        public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
            if (emitter.isCancelled()) {
                context.streamingHandle().cancel();
            } else {
                emitter.emit(new Part(part.text(), null));
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            emitter.complete();
        }

        @Override
        public void onError(Throwable error) {
            // The response has begun: its status can no longer say that something failed.
            emitter.emit(new Part(null, error.getMessage()));
            emitter.complete();
        }
    }
}
