package org.steering4j.samples.springboot;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.steering4j.SteeringChatRequestParameters;

/** Answers a question as the persona that the request names: at once, or token by token. */
@RestController
class ChatController {

    private final ChatModel model;
    private final StreamingChatModel streamingModel;

    ChatController(ChatModel model, StreamingChatModel streamingModel) {
        this.model = model;
        this.streamingModel = streamingModel;
    }

    @GetMapping("/chat")
    String chat(@RequestParam String question, @RequestParam(defaultValue = "plain") String persona) {
        return model.chat(request(question, persona)).aiMessage().text();
    }

    @GetMapping("/stream")
    SseEmitter stream(@RequestParam String question, @RequestParam(defaultValue = "plain") String persona) {
        SseEmitter emitter = new SseEmitter();
        streamingModel.chat(request(question, persona), new Emitting(emitter));
        return emitter;
    }

    private static ChatRequest request(String question, String persona) {
        return ChatRequest.builder()
                .messages(UserMessage.from(question))
                .parameters(
                        SteeringChatRequestParameters.builder().persona(persona).build())
                .build();
    }

    /**
     * As JSON, because the data of a server-sent event lose a space at their beginning, as most tokens have one.
     *
     * @param text a part of the answer; null in the last event of an answer that broke off
     * @param error why it broke off; null in all other events
     */
    record Part(String text, String error) {}

    /** Passes an answer on as it comes; when the client has left, the model stops. */
    private record Emitting(SseEmitter emitter) implements StreamingChatResponseHandler {

        @Override
        public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
            if (!send(new Part(part.text(), null))) {
                context.streamingHandle().cancel();
            }
        }

        /** False if the client has left. */
        private boolean send(Part part) {
            try {
                emitter.send(part, MediaType.APPLICATION_JSON);
                return true;
            } catch (IOException | IllegalStateException clientLeft) {
                return false;
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            emitter.complete();
        }

        @Override
        public void onError(Throwable error) {
            // The response has begun: its status can no longer say that something failed.
            send(new Part(null, error.getMessage()));
            emitter.complete();
        }
    }
}
