package org.steering4j.samples.quickstart.soak;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.steering4j.SteeringChatRequestParameters;

/** What an answer is to look like, and whether it does; judged apart from the code that held it to that. */
enum Form {
    /** Anything. */
    TEXT(null) {
        @Override
        boolean fits(Answer answer) {
            return answer.toolCalls().isEmpty();
        }
    },

    PERSON(json("""
            {"type": "object",
             "properties": {
               "name": {"type": "string"},
               "age": {"type": "integer"},
               "home": {"enum": ["harbour", "hill", "mill"]},
               "married": {"type": "boolean"},
               "friends": {"type": "array", "items": {"type": "string"}}},
             "required": ["name", "age", "home", "friends"]}""")) {
        @Override
        boolean fits(JsonNode value) {
            return hasNames(value, Set.of("name", "age", "home", "friends"), Set.of("married"))
                    && value.get("name").isTextual()
                    && value.get("age").isIntegralNumber()
                    && HOMES.contains(value.get("home").textValue())
                    && (!value.has("married") || value.get("married").isBoolean())
                    && value.get("friends").isArray()
                    && all(value.get("friends"), JsonNode::isTextual);
        }
    },

    SHAPE(json("""
            {"type": "object",
             "properties": {
               "shape": {
                 "anyOf": [
                   {"type": "object", "properties": {"radius": {"type": "number"}}, "required": ["radius"]},
                   {"type": "object", "properties": {"side": {"type": "number"}}, "required": ["side"]}]}},
             "required": ["shape"]}""")) {
        @Override
        boolean fits(JsonNode value) {
            JsonNode shape = value.path("shape");
            return hasNames(value, Set.of("shape"), Set.of())
                    && (hasNames(shape, Set.of("radius"), Set.of()) || hasNames(shape, Set.of("side"), Set.of()))
                    && all(shape, JsonNode::isNumber);
        }
    },

    TREE(json("""
            {"$ref": "#/$defs/node",
             "$defs": {
               "node": {
                 "type": "object",
                 "properties": {
                   "value": {"type": "string"},
                   "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
                 "required": ["value", "children"]}}}""")) {
        @Override
        boolean fits(JsonNode value) {
            return hasNames(value, Set.of("value", "children"), Set.of())
                    && value.get("value").isTextual()
                    && value.get("children").isArray()
                    && all(value.get("children"), this::fits);
        }
    },

    ANY_OBJECT(ResponseFormat.JSON) {
        @Override
        boolean fits(JsonNode value) {
            return value.isObject();
        }
    },

    TOOL_CALLS(null) {
        @Override
        void ask(SteeringChatRequestParameters.Builder parameters) {
            parameters
                    .toolSpecifications(
                            ToolSpecification.builder().name("anchor").build(),
                            ToolSpecification.builder()
                                    .name("sail")
                                    .parameters(JsonObjectSchema.builder()
                                            .addEnumProperty("to", HOMES)
                                            .addIntegerProperty("knots")
                                            .required("to")
                                            .build())
                                    .build())
                    .toolChoice(ToolChoice.REQUIRED);
        }

        @Override
        boolean fits(Answer answer) {
            return !answer.toolCalls().isEmpty()
                    && answer.toolCalls().stream().allMatch(call -> fits(call.name(), parse(call.arguments())));
        }

        private boolean fits(String name, JsonNode arguments) {
            return switch (name) {
                case "anchor" -> hasNames(arguments, Set.of(), Set.of());
                case "sail" ->
                    hasNames(arguments, Set.of("to"), Set.of("knots"))
                            && HOMES.contains(arguments.get("to").textValue())
                            && (!arguments.has("knots")
                                    || arguments.get("knots").isIntegralNumber());
                default -> false;
            };
        }
    };

    private static final List<String> HOMES = List.of("harbour", "hill", "mill");

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final ResponseFormat format;

    Form(ResponseFormat format) {
        this.format = format;
    }

    static ResponseFormat json(String schema) {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("answer")
                        .rootElement(JsonRawSchema.from(schema))
                        .build())
                .build();
    }

    /** Puts it into a request. */
    void ask(SteeringChatRequestParameters.Builder parameters) {
        parameters.responseFormat(format);
    }

    boolean fits(Answer answer) {
        JsonNode value = parse(answer.text());
        return value != null && answer.toolCalls().isEmpty() && fits(value);
    }

    boolean fits(JsonNode value) {
        throw new AssertionError(this + " is no JSON");
    }

    /** Null if it is no JSON. */
    private static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static boolean hasNames(JsonNode value, Set<String> required, Set<String> optional) {
        if (value == null || !value.isObject() || !required.stream().allMatch(value::has)) {
            return false;
        }
        return value.properties().stream()
                .allMatch(member -> required.contains(member.getKey()) || optional.contains(member.getKey()));
    }

    private static boolean all(JsonNode values, Predicate<JsonNode> condition) {
        return StreamSupport.stream(values.spliterator(), false).allMatch(condition);
    }
}
