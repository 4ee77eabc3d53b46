package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.engine.EngineException;
import org.steering4j.engine.PromptTooLongException;
import org.steering4j.persona.UnknownPersonaException;
import org.steering4j.vector.IncompatibleVectorException;
import org.steering4j.vector.Steering;
import org.steering4j.vector.UnknownSteeringVectorException;

/**
 * A request that must not be answered. Immutable.
 *
 * @param request made anew each time, which is where some are refused already
 * @param hurried whether it goes to the model whose timeout nobody can keep
 * @param failure exactly its exception
 * @param part of the exception's message
 */
record BadRequest(
        String name, Supplier<ChatRequest> request, boolean hurried, Class<? extends Throwable> failure, String part) {

    private static final String QUESTION = "What is 7 plus 8?";

    static final List<BadRequest> ALL = List.of(
            with("unknown persona", UnknownPersonaException.class, "nobody", of -> of.persona("nobody")),
            steered("unknown vector", UnknownSteeringVectorException.class, "nothing", "nothing", 1),
            steered(
                    "vector of another model",
                    IncompatibleVectorException.class,
                    "foreign",
                    ChatModels.FOREIGN_VECTOR,
                    1),
            steered("steering of NaN", IllegalArgumentException.class, "NaN", "low", Double.NaN),
            steered("steering too strong", EngineException.class, "too strong", ChatModels.BREAKING_VECTOR, 1),
            with(
                    "persona and steering",
                    IllegalArgumentException.class,
                    "persona",
                    of -> of.persona("bold").steering(Steering.of("low", 1))),
            with("temperature of NaN", IllegalArgumentException.class, "temperature", of -> of.temperature(Double.NaN)),
            with("topP out of range", IllegalArgumentException.class, "topP", of -> of.topP(1.5)),
            with("no output tokens", IllegalArgumentException.class, "maxOutputTokens", of -> of.maxOutputTokens(0)),
            with("another model", UnsupportedFeatureException.class, "modelName", of -> of.modelName("another")),
            with(
                    "tool required of none",
                    IllegalArgumentException.class,
                    "REQUIRED",
                    of -> of.toolChoice(ToolChoice.REQUIRED)),
            with("form that does not fit", IllegalArgumentException.class, "maxOutputTokens", of -> {
                Form.PERSON.ask(of);
                return of.maxOutputTokens(3);
            }),
            with("JSON and stop sequence", UnsupportedFeatureException.class, "stopSequences", of -> {
                Form.SHAPE.ask(of);
                return of.stopSequences(List.of("}"));
            }),
            with(
                    "schema with a pattern that looks ahead",
                    UnsupportedFeatureException.class,
                    "pattern",
                    of -> of.responseFormat(Form.json("""
                    {"type": "object", "properties": {"a": {"type": "string", "pattern": "(?=a)a+"}}}"""))),
            saying(
                    "prompt longer than the context",
                    PromptTooLongException.class,
                    "512",
                    UserMessage.from(QUESTION.repeat(200))),
            saying(
                    "image",
                    UnsupportedFeatureException.class,
                    "image",
                    UserMessage.from(ImageContent.from(Image.builder()
                            .base64Data("aGk=")
                            .mimeType("image/png")
                            .build()))),
            saying(
                    "tool result of an unknown call",
                    InvalidRequestException.class,
                    "nobody",
                    UserMessage.from(QUESTION),
                    ToolExecutionResultMessage.from("nobody", "clock", "noon")),
            new BadRequest(
                    "no time at all",
                    () -> request(List.of(UserMessage.from(QUESTION)), of -> of),
                    true,
                    TimeoutException.class,
                    "PT0.000000001S"));

    private static BadRequest with(
            String name,
            Class<? extends Throwable> failure,
            String part,
            UnaryOperator<SteeringChatRequestParameters.Builder> mistake) {
        List<ChatMessage> messages = List.of(UserMessage.from(QUESTION));
        return new BadRequest(name, () -> request(messages, mistake), false, failure, part);
    }

    private static BadRequest steered(
            String name, Class<? extends Throwable> failure, String part, String vector, double multiplier) {
        return with(name, failure, part, of -> of.steering(Steering.of(vector, multiplier)));
    }

    private static BadRequest saying(
            String name, Class<? extends Throwable> failure, String part, ChatMessage... messages) {
        return new BadRequest(name, () -> request(List.of(messages), of -> of), false, failure, part);
    }

    private static ChatRequest request(
            List<ChatMessage> messages, UnaryOperator<SteeringChatRequestParameters.Builder> mistake) {
        return ChatRequest.builder()
                .messages(messages)
                .parameters(
                        mistake.apply(SteeringChatRequestParameters.builder()).build())
                .build();
    }

    /** @param streaming has no effect on those that need the hurried model */
    Outcome make(ChatModels models, boolean streaming, Executor callers, Consumer<String> complaints)
            throws InterruptedException {
        if (!streaming || hurried) {
            return Call.start(callers, () -> (hurried ? models.hurried() : models.blocking()).chat(request.get()))
                    .await();
        }
        Recorder recorder = new Recorder(Way.STREAMING, 1, complaints);
        try {
            models.streaming().chat(request.get(), recorder);
        } catch (RuntimeException e) {
            return Outcome.failed(e);
        }
        return recorder.await();
    }

    boolean isRefused(Outcome outcome) {
        return outcome.failedWith(failure) && outcome.failure().getMessage().contains(part);
    }
}
