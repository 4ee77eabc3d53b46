package org.steering4j.trainer.data;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import java.util.ArrayList;
import java.util.List;

/** The column that holds a row's own system message, which becomes the first message of the row's prompt. */
final class SystemColumn {

    /** As the Hugging Face Hub's datasets call it. */
    static final List<String> NAMES = List.of("system", "system_prompt");

    private SystemColumn() {}

    /**
     * Puts the row's system message, if it has one, before a conversation.
     *
     * @throws IllegalArgumentException if the row has two system messages that differ, or one that is not text
     */
    static List<ChatMessage> above(Row row, List<ChatMessage> conversation) {
        List<ChatMessage> messages = conversation;
        for (String name : NAMES) {
            if (row.has(name) && !row.text(name).isBlank()) {
                messages = above(name, SystemMessage.from(row.text(name)), messages);
            }
        }
        return messages;
    }

    private static List<ChatMessage> above(String column, SystemMessage system, List<ChatMessage> conversation) {
        if (conversation.get(0) instanceof SystemMessage other) {
            if (other.text().strip().equals(system.text().strip())) {
                return conversation;
            }
            throw new IllegalArgumentException("the column " + column
                    + " differs from the system message that the row has beside it, expected one system message");
        }
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(system);
        messages.addAll(conversation);
        return messages;
    }
}
