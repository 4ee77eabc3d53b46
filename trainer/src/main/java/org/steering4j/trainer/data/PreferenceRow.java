package org.steering4j.trainer.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A row of Hugging Face's preference data, in the forms that TRL's documentation ("Dataset formats and types") names standard and
 * conversational: prompt, chosen and rejected, each a text, a message or a list of messages with role and content. Without prompt, it is what chosen and
 * rejected have in common at their beginning.
 */
final class PreferenceRow {

    private static final String ROLE = "role";
    private static final String CONTENT = "content";

    private PreferenceRow() {}

    static PreferencePair read(Row row) {
        boolean texts =
                !row.value("chosen").isContainerNode() && !row.value("rejected").isContainerNode();
        if (!row.has("prompt") && texts) {
            throw new IllegalArgumentException("prompt is missing: where chosen and rejected are texts and not lists of"
                    + " messages, it cannot be told where the answer begins");
        }
        List<ChatMessage> prompt = row.has("prompt")
                ? prompt(row, texts)
                : commonBeginning(messages(row, "chosen"), messages(row, "rejected"));
        return texts
                ? new PreferencePair(prompt, row.answer("chosen"), row.answer("rejected"))
                : new PreferencePair(prompt, answer(row, "chosen", prompt), answer(row, "rejected", prompt));
    }

    /** Where the prompt is a text and the answers are conversations, these say all that there is to say of the prompt. */
    private static List<ChatMessage> prompt(Row row, boolean answersAreTexts) {
        if (!row.value("prompt").isTextual()) {
            return messages(row, "prompt");
        }
        UserMessage prompt = UserMessage.from(row.text("prompt"));
        if (!answersAreTexts) {
            List<ChatMessage> common = commonBeginning(messages(row, "chosen"), messages(row, "rejected"));
            if (!common.isEmpty()) {
                if (common.stream().noneMatch(message -> saysTheSame(message, prompt))) {
                    throw new IllegalArgumentException(
                            "prompt is none of the messages that chosen and rejected begin with");
                }
                return common;
            }
        }
        return List.of(prompt);
    }

    private static boolean saysTheSame(ChatMessage message, UserMessage prompt) {
        return message instanceof UserMessage user
                && user.singleText().strip().equals(prompt.singleText().strip());
    }

    /** At most all but the last message: that is an answer, even where both are the same. */
    private static List<ChatMessage> commonBeginning(List<ChatMessage> chosen, List<ChatMessage> rejected) {
        int most = Math.min(chosen.size(), rejected.size()) - 1;
        int common = 0;
        while (common < most && chosen.get(common).equals(rejected.get(common))) {
            common++;
        }
        return chosen.subList(0, common);
    }

    private static String answer(Row row, String column, List<ChatMessage> prompt) {
        List<ChatMessage> messages = messages(row, column);
        if (messages.size() > prompt.size()
                && messages.subList(0, prompt.size()).equals(prompt)) {
            messages = messages.subList(prompt.size(), messages.size());
        }
        if (messages.size() != 1 || !(messages.get(0) instanceof AiMessage)) {
            throw new IllegalArgumentException(column + " holds "
                    + messages.stream().map(message -> message.type().name()).toList()
                    + " after the prompt, expected one message of the assistant");
        }
        String answer = ((AiMessage) messages.get(0)).text();
        if (answer.isBlank()) {
            throw new IllegalArgumentException(column + " is blank");
        }
        return answer;
    }

    /** Such as "chosen.reasoning_content", of all messages of a row. */
    static Set<String> keysNotRead(Row row) {
        Set<String> keys = new LinkedHashSet<>();
        for (String column : List.of("prompt", "chosen", "rejected")) {
            JsonNode value = row.columns().path(column);
            for (JsonNode message : value.isObject() ? List.of(value) : value) {
                message.properties().stream()
                        .filter(field -> !isEmpty(field.getValue()))
                        .map(Map.Entry::getKey)
                        .filter(key -> !key.equals(ROLE) && !key.equals(CONTENT))
                        .forEach(key -> keys.add(column + "." + key));
            }
        }
        return keys;
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull()
                || value.isContainerNode() && value.isEmpty()
                || value.isTextual() && value.textValue().isEmpty();
    }

    private static List<ChatMessage> messages(Row row, String column) {
        JsonNode list = row.value(column);
        if (list.isObject()) {
            return List.of(message(column, list));
        }
        if (!list.isArray()) {
            throw new IllegalArgumentException(
                    column + " is " + Row.describe(list) + ", expected a message or a list of messages");
        }
        if (list.isEmpty()) {
            throw new IllegalArgumentException(column + " is an empty list");
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : list) {
            messages.add(message(column, message));
        }
        return messages;
    }

    private static ChatMessage message(String column, JsonNode message) {
        JsonNode role = message.path(ROLE);
        if (!role.isTextual()) {
            throw new IllegalArgumentException(
                    "a message in " + column + " has " + Row.describe(role) + " as role, expected text");
        }
        if (!isEmpty(message.path("tool_calls")) && !message.path("tool_calls").isMissingNode()) {
            throw new IllegalArgumentException(
                    "a message in " + column + " calls tools, expected messages that hold text alone");
        }
        String content = content(column, message.path(CONTENT));
        return switch (role.textValue()) {
            case "system" -> SystemMessage.from(content);
            case "user" -> UserMessage.from(content);
            case "assistant" -> AiMessage.from(content);
            default ->
                throw new IllegalArgumentException("a message in " + column + " has the role \"" + role.textValue()
                        + "\", expected system, user or assistant");
        };
    }

    /** A text, or a list of parts of the type text, as datasets of models that read images have it. */
    private static String content(String column, JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray() || content.isEmpty()) {
            throw new IllegalArgumentException(
                    "a message in " + column + " has " + Row.describe(content) + " as content, expected text");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw new IllegalArgumentException("a message in " + column + " has a part of the type "
                        + part.path("type") + ", expected parts of the type \"text\" alone");
            }
            text.append(part.path("text").textValue());
        }
        return text.toString();
    }
}
