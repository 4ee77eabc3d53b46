package org.steering4j.trainer.data;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What messages say, and whether they say the same but for case and white space. */
public final class MessageText {

    private MessageText() {}

    public static String of(ChatMessage message) {
        if (message instanceof UserMessage user) {
            return user.singleText();
        } else if (message instanceof SystemMessage system) {
            return system.text();
        } else if (message instanceof AiMessage answer) {
            return String.valueOf(answer.text());
        }
        return message.toString();
    }

    /** Equal for texts that differ in case and white space only. */
    static String normalised(String text) {
        return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }

    static String normalised(List<ChatMessage> prompt) {
        return prompt.stream()
                .map(message -> message.type() + " " + normalised(of(message)))
                .collect(Collectors.joining("\n"));
    }
}
