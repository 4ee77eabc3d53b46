package org.steering4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.engine.CachePartition;
import org.steering4j.engine.EngineOverloadedException;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.GenerationTimeoutException;
import org.steering4j.engine.NotEnoughMemoryException;
import org.steering4j.engine.PromptTooLongException;
import org.steering4j.engine.StopCause;
import org.steering4j.engine.TokenConstraint;
import org.steering4j.prompt.AnswerPart;
import org.steering4j.prompt.AnswerReader;
import org.steering4j.prompt.Thinking;

/**
 * One request on its way: checked and rendered by {@link #prepare}, then answered by {@link #run}, which goes token ids, generated ids, text.
 * The one path of all chats, streaming or not. To be run once.
 */
final class ChatGeneration {

    private final SteeredModel model;
    private final ChatSettings settings;
    private final int[] prompt;
    private final CachePartition partition;
    private final TokenConstraint.Factory constraint;
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private final List<ToolExecutionRequest> toolCalls = new ArrayList<>();

    private ChatGeneration(SteeredModel model, ChatSettings settings, int[] prompt, CachePartition partition) {
        this.model = model;
        this.settings = settings;
        this.prompt = prompt;
        this.partition = partition;
        this.constraint = constraint();
    }

    /**
     * Refuses what cannot be honoured, before anything is generated; throws as {@link ChatSettings#of} does, and:
     *
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if a message holds anything but text
     * @throws dev.langchain4j.exception.InvalidRequestException if the chat template refuses the messages, or one holds the result of an unknown
     *     tool call
     * @throws IllegalArgumentException if there is no room for an answer of the form asked for, or a tool is required where there is none
     * @throws PromptTooLongException if the conversation leaves no room in the model's context
     * @throws NotEnoughMemoryException if the Java heap is too small for the messages
     * @throws org.steering4j.engine.ModelClosedException if the model is closed
     */
    static ChatGeneration prepare(ChatSetup setup, ChatRequest request) {
        SteeredModel model = setup.model();
        return model.whileOpen(() -> {
            SteeringChatRequestParameters parameters = SteeringChatRequestParameters.from(request.parameters());
            ChatSettings settings = ChatSettings.of(setup, parameters);
            requireToolsToCall(parameters);
            List<ChatMessage> messages = settings.messages(request);
            setup.systemPrompts().warn(setup.vectors(), settings.steering(), messages);
            int[] prompt = prompt(model, settings, messages, parameters.think());
            int shared = settings.shareSystemMessage()
                    ? model.prompts().systemMessageTokens(prompt, messages, settings.tools(), parameters.think())
                    : 0;
            ChatGeneration generation =
                    new ChatGeneration(model, settings, prompt, new CachePartition(settings.cachePartition(), shared));
            generation.requireRoomForConstraint();
            return generation;
        });
    }

    private static int[] prompt(SteeredModel model, ChatSettings settings, List<ChatMessage> messages, Boolean think) {
        int context = model.generator().contextLength();
        int longest = model.generator().longestContext();
        int[] prompt;
        try {
            prompt = model.prompts().prompt(messages, settings.tools(), think, tokens -> {
                if (tokens >= context) {
                    throw PromptTooLongException.ofAtLeast(tokens, context, longest);
                }
            });
        } catch (OutOfMemoryError e) {
            // Of a single huge message, whose copies are garbage by now: others are not to suffer from it.
            throw new NotEnoughMemoryException(
                    "the Java heap of at most %,d bytes is too small to turn the messages into tokens: shorten them, or give Java more memory with -Xmx"
                            .formatted(Runtime.getRuntime().maxMemory()));
        }
        if (prompt.length >= context) {
            throw new PromptTooLongException(prompt.length, context, longest);
        }
        return prompt;
    }

    /** Not of defaults, to which a request may add tools. */
    private static void requireToolsToCall(SteeringChatRequestParameters parameters) {
        if (parameters.toolChoice() == ToolChoice.REQUIRED
                && parameters.toolSpecifications().isEmpty()) {
            throw new IllegalArgumentException(
                    "toolChoice is REQUIRED but there are no toolSpecifications to choose from: add some, or leave toolChoice out");
        }
    }

    private void requireRoomForConstraint() {
        int shortest = settings.constraint() == null
                ? 0
                : settings.constraint().shortestAnswerTokens()
                        + (model.prompts().opensThinking(prompt) ? 1 : 0);
        if (maximumTokens() >= shortest) {
            return;
        }
        boolean asked = settings.maximumTokens() != null && settings.maximumTokens() == maximumTokens();
        throw new IllegalArgumentException(
                ("%s %d tokens for the answer, but the shortest one of the form that responseFormat or toolChoice asks for may take %d: %s,"
                                + " or ask for a smaller form")
                        .formatted(
                                asked ? "maxOutputTokens allows" : "after the messages, the model's context leaves",
                                maximumTokens(),
                                shortest,
                                asked ? "raise maxOutputTokens" : "shorten the messages"));
    }

    /**
     * Generates the answer.
     *
     * @return the whole answer, or what had come of it when the sink cancelled
     * @throws org.steering4j.engine.ModelClosedException if the model is closed meanwhile
     * @throws RateLimitException if too many requests wait already
     * @throws TimeoutException if the answer takes longer than its timeout
     */
    ChatResponse run(AnswerSink sink) {
        try {
            return model.whileOpen(() -> generate(sink));
        } catch (GenerationTimeoutException e) {
            throw new TimeoutException(e.getMessage(), e);
        } catch (EngineOverloadedException e) {
            throw new RateLimitException(e.getMessage(), e);
        }
    }

    private ChatResponse generate(AnswerSink sink) {
        AnswerReader reader = model.prompts()
                .answerReader(
                        prompt,
                        settings.stopSequences(),
                        settings.tools(),
                        settings.constraint() != null,
                        sink.wantsWhole());
        GenerationResult result = model.generator().generate(request(), token -> {
            deliver(reader.append(token), sink);
            return !reader.stopped() && !sink.isCancelled();
        });
        deliver(reader.finish(), sink);
        return response(result, reader.stopped());
    }

    private GenerationRequest request() {
        return new GenerationRequest(
                prompt,
                settings.layers(),
                settings.sampling(),
                maximumTokens(),
                model.prompts().endTokens(),
                constraint,
                settings.timeout(),
                partition);
    }

    private TokenConstraint.Factory constraint() {
        AnswerConstraint form = settings.constraint();
        Thinking marks = model.prompts().thinking();
        boolean open = model.prompts().opensThinking(prompt);
        if (form == null) {
            return TokenConstraint.Factory.NONE;
        }
        if (model.prompts().closesThinking(prompt)) {
            return form;
        }
        int vocabulary = model.generator().vocabularySize();
        int opening = marks.openingToken().orElse(vocabulary);
        int closing = marks.closingToken().orElse(vocabulary);
        if (closing < vocabulary && (open || opening < vocabulary)) {
            int first = opening < vocabulary ? opening : closing; // what is open already is not opened
            return new AnswerAfterThinking(
                    form, open, first, closing, model.prompts().endTokens());
        }
        if (open) {
            throw new UnsupportedFeatureException(
                    "responseFormat JSON and toolChoice REQUIRED are not supported by this model, which thinks first, but whose tokenizer"
                            + " has no token for the end of that; leave them out, and ask for JSON in a message");
        }
        return form;
    }

    private int maximumTokens() {
        int room = model.generator().contextLength() - prompt.length;
        return settings.maximumTokens() == null ? room : Math.min(settings.maximumTokens(), room);
    }

    private void deliver(List<AnswerPart> parts, AnswerSink sink) {
        for (AnswerPart part : parts) {
            if (sink.isCancelled()) {
                return;
            }
            if (part instanceof AnswerPart.Thinking piece) {
                think(piece.text(), sink);
            } else if (part instanceof AnswerPart.Text piece) {
                text.append(piece.text());
                sink.onText(piece.text());
            } else if (part instanceof AnswerPart.PartialToolCall call) {
                sink.onPartialToolCall(call);
            } else if (part instanceof AnswerPart.ToolCall call) {
                toolCalls.add(call.request());
                sink.onToolCall(call);
            }
        }
    }

    private void think(String piece, AnswerSink sink) {
        if (settings.returnThinking()) {
            thinking.append(piece);
            sink.onThinking(piece);
        }
    }

    private ChatResponse response(GenerationResult result, boolean stopped) {
        int answerTokens = result.tokens().length;
        return ChatResponse.builder()
                .aiMessage(AiMessage.builder()
                        .thinking(thinking.isEmpty() ? null : thinking.toString())
                        .text(text.isEmpty() && !toolCalls.isEmpty() ? null : text.toString())
                        .toolExecutionRequests(toolCalls)
                        .build())
                .metadata(SteeringChatResponseMetadata.builder()
                        .id("steered-" + UUID.randomUUID())
                        .modelName(model.name())
                        .tokenUsage(new TokenUsage(prompt.length, answerTokens))
                        .finishReason(finishReason(result.cause(), stopped))
                        .persona(
                                settings.persona() == null
                                        ? null
                                        : settings.persona().name())
                        .steering(settings.steering())
                        .steeredLayers(settings.layers().layers())
                        .timeToFirstToken(result.timeToFirstToken())
                        .tokensPerSecond(perSecond(answerTokens, result.total()))
                        .cachedTokens(result.cachedTokens())
                        .draftedTokens(result.draftedTokens())
                        .acceptedTokens(result.acceptedTokens())
                        .build())
                .build();
    }

    private FinishReason finishReason(StopCause cause, boolean stopped) {
        if (!stopped && (cause == StopCause.MAXIMUM_TOKENS || cause == StopCause.CONTEXT_FULL)) {
            return FinishReason.LENGTH;
        }
        return toolCalls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_EXECUTION;
    }

    private static double perSecond(int tokens, Duration time) {
        return time.isZero() ? 0 : tokens * 1e9 / time.toNanos();
    }
}
