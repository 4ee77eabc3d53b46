package org.steering4j.trainer;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Continuation;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.trainer.data.MessageText;
import org.steering4j.trainer.data.PreferencePair;

/**
 * Turns conversations and answers into token ids the way the model would meet them: the prompt is the chat template with its generation
 * prompt, an answer ends with the token that ends the assistant's turn.
 *
 * <p>Answers hold no thinking: of a template that can be told so, the prompt is the one without; where a template opens thinking all the
 * same, the prompt closes it, so that the answer is not learned as a thought.
 *
 * <p>How a template writes an answer, its first space and its end token included, is seen by rendering a conversation in which the answer
 * has been given and the user speaks again: what stands between the prompt and the first end token is the answer.
 *
 * <p>A control token of the model that is spelt out in a message or an answer is read as plain text. The first one is logged as a warning: data
 * that hold some were most likely written for a plain prompt without a chat template.
 *
 * <p>Thread-safe, as long as the model is open.
 */
public final class AnswerEncoder {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerEncoder.class);

    private final PromptRenderer renderer;
    private final String systemPrompt;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** @param systemPrompt the system message above every conversation that has none of its own; empty for none */
    public AnswerEncoder(SteeredModel model, String systemPrompt) {
        this(model.prompts(), systemPrompt);
    }

    /** {@link #AnswerEncoder(SteeredModel, String)}, where no weights are needed. */
    public AnswerEncoder(PromptRenderer renderer, String systemPrompt) {
        this.renderer = renderer;
        this.systemPrompt = systemPrompt;
    }

    /** The token ids of a conversation that the assistant is to answer. */
    public int[] prompt(List<ChatMessage> conversation) {
        return renderer.promptWithoutThinking(withSystemPrompt(conversation));
    }

    /** A conversation with one answer to it. */
    public Continuation continuation(List<ChatMessage> conversation, String answer) {
        warnOfControlTokens(conversation, answer);
        int[] prompt = prompt(conversation);
        return new Continuation(prompt, answer(withSystemPrompt(conversation), prompt, answer));
    }

    PreferenceExample encode(PreferencePair pair) {
        Continuation matching = continuation(pair.prompt(), pair.matching());
        Continuation notMatching = continuation(pair.prompt(), pair.notMatching());
        return new PreferenceExample(matching.prompt(), matching.answer(), notMatching.answer(), false);
    }

    private void warnOfControlTokens(List<ChatMessage> conversation, String answer) {
        if (warned.get()) {
            return;
        }
        Stream.concat(conversation.stream().map(MessageText::of), Stream.of(answer))
                .flatMap(text -> renderer.tokenizer().controlTokens().stream().filter(text::contains))
                .findFirst()
                .filter(token -> warned.compareAndSet(false, true))
                .ifPresent(token -> LOG.warn(
                        "the data hold {}, a control token of this model, which is read as plain text there: remove it, the chat"
                                + " template writes it where it belongs. inspect-data with --model names the rows",
                        token));
    }

    private List<ChatMessage> withSystemPrompt(List<ChatMessage> conversation) {
        if (systemPrompt.isEmpty() || conversation.get(0) instanceof SystemMessage) {
            return conversation;
        }
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(SystemMessage.from(systemPrompt));
        messages.addAll(conversation);
        return messages;
    }

    private int[] answer(List<ChatMessage> messages, int[] prompt, String text) {
        List<ChatMessage> longer = new ArrayList<>(messages);
        longer.add(AiMessage.from(text));
        longer.add(UserMessage.from("?"));
        int[] tokens = renderer.promptWithoutThinking(longer);
        int sameUntil = Arrays.mismatch(prompt, tokens);
        if (sameUntil == prompt.length) {
            for (int end = prompt.length; end < tokens.length; end++) {
                if (renderer.endTokens().contains(tokens[end])) {
                    return Arrays.copyOfRange(tokens, prompt.length, end + 1);
                }
            }
        }
        return plainAnswer(text);
    }

    /** For templates that write a past answer otherwise than one to be generated. */
    private int[] plainAnswer(String text) {
        int[] answer = renderer.tokenizer().encodeContinuation(text);
        int[] ended = Arrays.copyOf(answer, answer.length + 1);
        ended[answer.length] = renderer.endTokens().stream()
                .findFirst()
                .orElseThrow(() -> new TrainingException("the model does not say with which token an answer ends:"
                        + " add eos_token_id to its generation_config.json"));
        return ended;
    }
}
