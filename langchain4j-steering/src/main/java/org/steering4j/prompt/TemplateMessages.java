package org.steering4j.prompt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.steering4j.prompt.jinja.Text;

/** Messages and tools as chat templates get them, in the form of OpenAI and Hugging Face; every text but ours is foreign. */
final class TemplateMessages {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Set<String> OUR_KEYS = Set.of("role", "type");
    /** What is the template's own under these: templates write it into control tokens. */
    private static final Set<String> OUR_WORDS = Set.of(
            "system",
            "user",
            "assistant",
            "tool",
            "function",
            "object",
            "string",
            "integer",
            "number",
            "boolean",
            "array",
            "null");

    private TemplateMessages() {}

    /**
     * @param argumentsAsText whether the arguments of calls are given as their JSON, as older templates expect, instead of as dictionaries
     * @throws UnsupportedFeatureException if a message holds anything but text
     */
    static List<Object> messages(List<ChatMessage> messages, boolean argumentsAsText) {
        return messages.stream()
                .map(message -> dictionary(message, argumentsAsText))
                .map(TemplateMessages::withOrigin)
                .toList();
    }

    /** Null if there are none: as transformers do, what there is none of is none, not undefined. */
    static List<Object> tools(List<ToolSpecification> tools) {
        return tools.isEmpty()
                ? null
                : tools.stream()
                        .map(TemplateMessages::function)
                        .map(TemplateMessages::withOrigin)
                        .toList();
    }

    private static Map<String, Object> dictionary(ChatMessage message, boolean argumentsAsText) {
        Map<String, Object> dictionary = new LinkedHashMap<>();
        if (message instanceof SystemMessage system) {
            dictionary.put("role", "system");
            dictionary.put("content", system.text());
        } else if (message instanceof UserMessage user) {
            dictionary.put("role", "user");
            dictionary.put("content", text(user.contents()));
        } else if (message instanceof AiMessage assistant) {
            if (assistant.thinking() != null) { // as transformers: the name that the templates of gpt-oss read
                dictionary.put("thinking", assistant.thinking());
            }
            dictionary.put("role", "assistant");
            dictionary.put("content", assistant.text() == null ? "" : assistant.text());
            if (assistant.thinking() != null) {
                dictionary.put("reasoning_content", assistant.thinking());
            }
            if (assistant.hasToolExecutionRequests()) {
                dictionary.put(
                        "tool_calls",
                        assistant.toolExecutionRequests().stream()
                                .map(call -> toolCall(call, argumentsAsText))
                                .toList());
            }
        } else if (message instanceof ToolExecutionResultMessage result) {
            dictionary.put("role", "tool");
            dictionary.put("name", result.toolName());
            if (result.id() != null) {
                dictionary.put("tool_call_id", result.id());
            }
            dictionary.put("content", text(result.contents()));
        } else {
            throw new UnsupportedFeatureException("messages of type " + message.type()
                    + " are not supported by this model: use system, user, assistant or tool messages");
        }
        return dictionary;
    }

    private static String text(List<Content> contents) {
        return contents.stream()
                .map(content -> {
                    if (content instanceof TextContent text) {
                        return text.text();
                    }
                    throw new UnsupportedFeatureException(
                            "%s content is not supported: this model reads text only; leave non-text content out, of messages and of tool results"
                                    .formatted(content.type().name().toLowerCase(Locale.ROOT)));
                })
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, Object> toolCall(ToolExecutionRequest request, boolean argumentsAsText) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", request.name());
        function.put("arguments", argumentsAsText ? text(request.arguments()) : arguments(request.arguments()));
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("type", "function");
        if (request.id() != null) {
            call.put("id", request.id());
        }
        call.put("function", function);
        return call;
    }

    private static String text(String json) {
        return json == null || json.isBlank() ? "{}" : json;
    }

    /** As a dictionary, which is what templates expect; what is no JSON object stays a string. */
    private static Object arguments(String json) {
        try {
            return json == null || json.isBlank()
                    ? Map.of()
                    : MAPPER.readValue(json, new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (JacksonException e) {
            return json;
        }
    }

    /** A tool in the form of OpenAI and Hugging Face. */
    private static Map<String, Object> function(ToolSpecification tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description() == null ? "" : tool.description());
        function.put(
                "parameters",
                tool.parameters() == null ? noParameters() : JsonSchemaElementUtils.toMap(tool.parameters()));
        Map<String, Object> dictionary = new LinkedHashMap<>();
        dictionary.put("type", "function");
        dictionary.put("function", function);
        return dictionary;
    }

    private static Map<String, Object> noParameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("type", "object");
        parameters.put("properties", Map.of());
        return parameters;
    }

    /** A copy in which every text is foreign that is not ours: all but roles and types. */
    private static Object withOrigin(Object value) {
        if (value instanceof String text) {
            return Text.foreign(text);
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().map(TemplateMessages::withOrigin).collect(Collectors.toList());
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> {
                boolean ours = item instanceof String word && OUR_KEYS.contains(key) && OUR_WORDS.contains(word);
                copy.put(withOrigin(key), ours ? item : withOrigin(item));
            });
            return copy;
        }
        return value;
    }
}
