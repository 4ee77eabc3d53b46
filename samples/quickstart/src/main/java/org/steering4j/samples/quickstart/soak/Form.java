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
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.steering4j.SteeringChatRequestParameters;

/** What an answer is to look like, and whether it does; judged apart from the code that held it to that. */
enum Form {
    /** Anything. */
    TEXT {
        @Override
        void ask(SteeringChatRequestParameters.Builder parameters) {}

        @Override
        boolean fits(Answer answer) {
            return answer.toolCalls().isEmpty();
        }
    },

    PERSON {
        @Override
        void ask(SteeringChatRequestParameters.Builder parameters) {
            askForJson(
                    parameters,
                    JsonObjectSchema.builder()
                            .addStringProperty("name")
                            .addIntegerProperty("age")
                            .addEnumProperty("home", HOMES)
                            .addBooleanProperty("married")
                            .addProperty(
                                    "friends",
                                    JsonArraySchema.builder()
                                            .items(new JsonStringSchema())
                                            .build())
                            .required("name", "age", "home", "friends")
                            .build());
        }

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

    SHAPE {
        @Override
        void ask(SteeringChatRequestParameters.Builder parameters) {
            askForJson(
                    parameters,
                    JsonObjectSchema.builder()
                            .addProperty(
                                    "shape",
                                    JsonAnyOfSchema.builder()
                                            .anyOf(ofNumber("radius"), ofNumber("side"))
                                            .build())
                            .required("shape")
                            .build());
        }

        private JsonObjectSchema ofNumber(String name) {
            return JsonObjectSchema.builder()
                    .addProperty(name, new JsonNumberSchema())
                    .required(name)
                    .build();
        }

        @Override
        boolean fits(JsonNode value) {
            JsonNode shape = value.path("shape");
            return hasNames(value, Set.of("shape"), Set.of())
                    && (hasNames(shape, Set.of("radius"), Set.of()) || hasNames(shape, Set.of("side"), Set.of()))
                    && all(shape, JsonNode::isNumber);
        }
    },

    TREE {
        @Override
        void ask(SteeringChatRequestParameters.Builder parameters) {
            JsonObjectSchema.Builder node = JsonObjectSchema.builder()
                    .addStringProperty("value")
                    .addProperty(
                            "children",
                            JsonArraySchema.builder()
                                    .items(JsonReferenceSchema.builder()
                                            .reference("node")
                                            .build())
                                    .build())
                    .required("value", "children");
            askForJson(
                    parameters, node.definitions(Map.of("node", node.build())).build());
        }

        @Override
        boolean fits(JsonNode value) {
            return hasNames(value, Set.of("value", "children"), Set.of())
                    && value.get("value").isTextual()
                    && value.get("children").isArray()
                    && all(value.get("children"), this::fits);
        }
    },

    ANY_OBJECT {
        @Override
        void ask(SteeringChatRequestParameters.Builder parameters) {
            parameters.responseFormat(
                    ResponseFormat.builder().type(ResponseFormatType.JSON).build());
        }

        @Override
        boolean fits(JsonNode value) {
            return value.isObject();
        }
    },

    TOOL_CALLS {
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

    /** Puts it into a request. */
    abstract void ask(SteeringChatRequestParameters.Builder parameters);

    boolean fits(Answer answer) {
        JsonNode value = parse(answer.text());
        return value != null && answer.toolCalls().isEmpty() && fits(value);
    }

    boolean fits(JsonNode value) {
        throw new AssertionError(this + " is no JSON");
    }

    private static void askForJson(SteeringChatRequestParameters.Builder parameters, JsonSchemaElement root) {
        parameters.responseFormat(ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(
                        JsonSchema.builder().name("answer").rootElement(root).build())
                .build());
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
