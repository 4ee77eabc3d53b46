package org.steering4j.trainer;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.steering4j.prompt.PromptRenderer;

/**
 * Turns preference pairs into token ids the way the model would meet them in a conversation: the prompt is the chat template with its
 * generation prompt, an answer ends with the token that ends the assistant's turn.
 *
 * <p>How a template writes an answer, its first space and its end token included, is seen by rendering a conversation in which the answer
 * has been given and the user speaks again: what stands between the prompt and the first end token is the answer.
 */
final class PreferenceEncoder {

    private final PromptRenderer renderer;
    private final String systemPrompt;

    PreferenceEncoder(PromptRenderer renderer, String systemPrompt) {
        this.renderer = renderer;
        this.systemPrompt = systemPrompt;
    }

    PreferenceExample encode(PreferencePair pair) {
        List<ChatMessage> messages = new ArrayList<>();
        if (!systemPrompt.isEmpty()) {
            messages.add(SystemMessage.from(systemPrompt));
        }
        messages.add(UserMessage.from(pair.question()));
        int[] prompt = renderer.prompt(messages, List.of());
        return new PreferenceExample(
                prompt, answer(messages, prompt, pair.matching()), answer(messages, prompt, pair.notMatching()), false);
    }

    private int[] answer(List<ChatMessage> messages, int[] prompt, String text) {
        List<ChatMessage> longer = new ArrayList<>(messages);
        longer.add(AiMessage.from(text));
        longer.add(UserMessage.from("?"));
        int[] tokens = renderer.prompt(longer, List.of());
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
