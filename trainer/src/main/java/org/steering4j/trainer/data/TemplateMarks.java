package org.steering4j.trainer.data;

import dev.langchain4j.data.message.ChatMessage;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the control tokens of chat templates in texts that should not hold any, such as {@code <|im_end|>} after each answer. A model reads
 * them there as plain letters, never as the tokens that they name.
 */
final class TemplateMarks {

    /** Those of the chat templates of all supported families and of those that they come from. */
    private static final Pattern KNOWN = Pattern.compile(String.join(
            "|",
            "<[|\uFF5C][^|\uFF5C<>\\s]{1,60}[|\uFF5C]>",
            "</?s>",
            "<(?:bos|eos|pad|unk)>",
            "<(?:start|end)_of_turn>",
            "\\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|THINK)\\]",
            "<</?SYS>>",
            "</?(?:think|tool_call|tool_response|tools)>"));

    private TemplateMarks() {}

    /**
     * @param more further marks, such as the control tokens of one model
     * @return what stands in the pair's messages and answers, each mark once
     */
    static Set<String> in(PreferencePair pair, Collection<String> more) {
        return in(Stream.concat(texts(pair.prompt()), Stream.of(pair.matching(), pair.notMatching())), more);
    }

    static Set<String> in(MultipleChoiceQuestion question) {
        return in(Stream.concat(texts(question.prompt()), question.choices().stream()), List.of());
    }

    private static Stream<String> texts(List<ChatMessage> messages) {
        return messages.stream().map(MessageText::of);
    }

    private static Set<String> in(Stream<String> texts, Collection<String> more) {
        Set<String> found = new LinkedHashSet<>();
        texts.forEach(text -> {
            Matcher known = KNOWN.matcher(text);
            while (known.find()) {
                found.add(known.group());
            }
            more.stream().filter(text::contains).forEach(found::add);
        });
        return found;
    }
}
