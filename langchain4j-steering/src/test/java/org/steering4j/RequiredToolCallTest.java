package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.StopCause;
import org.steering4j.engine.TokenConstraint;
import org.steering4j.engine.TokenGenerator;
import org.steering4j.engine.TokenListener;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.prompt.SmallTokenizers;
import org.steering4j.prompt.ToolCallFormat;
import org.steering4j.prompt.ToolTemplates;

/**
 * Where a tool call is required, whatever the model wants to write, what comes out is calls that fit the tools, and no text; where JSON was asked
 * for beside tools, it is such calls or the JSON.
 */
class RequiredToolCallTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int VOCABULARY_SIZE = 290;

    private static final List<ToolSpecification> TOOLS = List.of(
            ToolSpecification.builder().name("clock").build(),
            ToolSpecification.builder()
                    .name("write")
                    .parameters(JsonObjectSchema.builder()
                            .addStringProperty("text")
                            .addIntegerProperty("lines")
                            .required("text")
                            .build())
                    .build());

    /** A die instead of a model: every token that is allowed is equally likely. */
    private record Die(Random random) implements TokenGenerator {

        @Override
        public GenerationResult generate(GenerationRequest request, TokenListener listener) {
            TokenConstraint constraint = request.constraint().start(request.maximumTokens());
            int[] tokens = new int[request.maximumTokens()];
            int count = 0;
            boolean mayGoOn = true;
            while (mayGoOn && count < tokens.length) {
                int token = choose(constraint);
                if (request.endTokens().contains(token)) {
                    break;
                }
                tokens[count++] = token;
                mayGoOn = constraint.advance(token);
                mayGoOn &= listener.onToken(token);
            }
            return new GenerationResult(
                    Arrays.copyOf(tokens, count), StopCause.END_TOKEN, Duration.ofMillis(1), Duration.ofMillis(2), 0);
        }

        private int choose(TokenConstraint constraint) {
            float[] logits = new float[VOCABULARY_SIZE];
            constraint.exclude(logits);
            List<Integer> allowed = new ArrayList<>();
            for (int token = 0; token < logits.length; token++) {
                if (logits[token] == 0) {
                    allowed.add(token);
                }
            }
            return allowed.get(random.nextInt(allowed.size()));
        }

        @Override
        public int contextLength() {
            return 4096;
        }

        @Override
        public int vocabularySize() {
            return VOCABULARY_SIZE;
        }
    }

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of(ToolCallFormat.HERMES, ScriptedModel.TEMPLATE, new String[0]),
                Arguments.of(ToolCallFormat.LLAMA, ToolTemplates.LLAMA_3, ToolTemplates.LLAMA_3_TOKENS),
                Arguments.of(ToolCallFormat.PIPED_LIST, ScriptedModel.TEMPLATE, new String[] {"<|tool_call|>"}),
                Arguments.of(ToolCallFormat.MISTRAL_LIST, ToolTemplates.MISTRAL, ToolTemplates.MISTRAL_TOKENS),
                Arguments.of(ToolCallFormat.MISTRAL_NAMED, ToolTemplates.NEW_MISTRAL, ToolTemplates.NEW_MISTRAL_TOKENS),
                Arguments.of(ToolCallFormat.NEMOTRON_LIST, ToolTemplates.NEMOTRON, new String[0]),
                Arguments.of(ToolCallFormat.PLAIN_LIST, ToolTemplates.PLAIN_LIST, new String[0]),
                Arguments.of(ToolCallFormat.PLAIN_OBJECT, ToolTemplates.PLAIN_OBJECT, new String[0]),
                Arguments.of(ToolCallFormat.PYTHON_LIST, ToolTemplates.PYTHON, new String[0]),
                Arguments.of(ToolCallFormat.MARKED_PYTHON_LIST, ToolTemplates.MARKED_PYTHON, new String[] {
                    "<|tool_call_start|>", "<|tool_call_end|>"
                }),
                Arguments.of(ToolCallFormat.FUNCTION_TAGS, ToolTemplates.FUNCTION_TAGS, new String[0]));
    }

    @ParameterizedTest
    @MethodSource("models")
    void should_give_calls_of_the_tools_and_no_text(
            ToolCallFormat format, String template, String[] tokens, @TempDir Path folder) throws Exception {
        PromptRenderer prompts = PromptRenderer.open(SmallTokenizers.byteLevel(folder, template, tokens));
        assertThat(prompts.toolCallFormat()).contains(format);
        Random random = new Random(7);
        Set<String> names = new HashSet<>();
        Set<Integer> counts = new HashSet<>();
        try (SteeredModel opened =
                new SteeredModel(new Die(random), prompts, ScriptedModel.SHAPE, GenerationDefaults.GREEDY, () -> {})) {
            SteeredChatModel model = SteeredChatModel.builder().model(opened).build();
            for (int i = 0; i < 100; i++) {
                ChatResponse response = model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("hello"))
                        .toolSpecifications(TOOLS)
                        .toolChoice(ToolChoice.REQUIRED)
                        .maxOutputTokens(80 + i)
                        .build());
                List<ToolExecutionRequest> calls = response.aiMessage().toolExecutionRequests();
                assertThat(response.aiMessage().text()).isNull();
                assertThat(calls).isNotEmpty();
                counts.add(calls.size());
                for (ToolExecutionRequest call : calls) {
                    names.add(call.name());
                    requireFit(call);
                }
            }
        }
        assertThat(names).containsExactlyInAnyOrder("clock", "write");
        assertThat(counts).hasSizeGreaterThan(1);
    }

    static Stream<Arguments> modelsWithAndWithoutTokensForMarks() {
        String[] none = {"<none>"};
        return Stream.concat(
                models(),
                Stream.of(
                        Arguments.of(
                                ToolCallFormat.HERMES, ScriptedModel.TEMPLATE + "{# <tool_call></tool_call> #}", none),
                        Arguments.of(ToolCallFormat.TAGGED_LIST, ScriptedModel.TEMPLATE + "{# <tool_call> #}", none),
                        Arguments.of(ToolCallFormat.MISTRAL_LIST, ToolTemplates.MISTRAL, none),
                        Arguments.of(ToolCallFormat.MISTRAL_NAMED, ToolTemplates.NEW_MISTRAL, none),
                        Arguments.of(ToolCallFormat.NEMOTRON_LIST, ToolTemplates.NEMOTRON, none),
                        Arguments.of(ToolCallFormat.MARKED_PYTHON_LIST, ToolTemplates.MARKED_PYTHON, none),
                        Arguments.of(ToolCallFormat.FUNCTION_TAGS, ToolTemplates.FUNCTION_TAGS, none)));
    }

    @ParameterizedTest
    @MethodSource("modelsWithAndWithoutTokensForMarks")
    void should_give_calls_or_JSON_and_make_no_call_of_what_the_JSON_quotes(
            ToolCallFormat format, String template, String[] tokens, @TempDir Path folder) throws Exception {
        PromptRenderer prompts = PromptRenderer.open(SmallTokenizers.byteLevel(folder, template, tokens));
        assertThat(prompts.toolCallFormat()).contains(format);
        List<String> quotes = List.of(
                "<tool_call>{}</tool_call>", "[TOOL_CALLS]clock[ARGS]{}", "[TOOL_CALLS] [{}]", "<|python_tag|>{}");
        ResponseFormat json = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("quote")
                        .rootElement(JsonObjectSchema.builder()
                                .addEnumProperty("name", quotes)
                                .required("name")
                                .build())
                        .build())
                .build();
        Set<String> quoted = new HashSet<>();
        Set<String> names = new HashSet<>();
        try (SteeredModel opened = new SteeredModel(
                new Die(new Random(7)), prompts, ScriptedModel.SHAPE, GenerationDefaults.GREEDY, () -> {})) {
            SteeredChatModel model = SteeredChatModel.builder().model(opened).build();
            for (int i = 0; i < 100; i++) {
                AiMessage answer = model.chat(ChatRequest.builder()
                                .messages(UserMessage.from("hello"))
                                .toolSpecifications(TOOLS)
                                .responseFormat(json)
                                .maxOutputTokens(80 + i)
                                .build())
                        .aiMessage();
                if (answer.hasToolExecutionRequests()) {
                    assertThat(answer.text()).isNull();
                    for (ToolExecutionRequest call : answer.toolExecutionRequests()) {
                        names.add(call.name());
                        requireFit(call);
                    }
                } else {
                    quoted.add(MAPPER.readTree(answer.text()).path("name").asText());
                }
            }
        }
        assertThat(quoted).containsExactlyInAnyOrderElementsOf(quotes);
        assertThat(names).containsExactlyInAnyOrder("clock", "write");
    }

    private static void requireFit(ToolExecutionRequest call) throws Exception {
        JsonNode arguments = MAPPER.readTree(call.arguments());
        if (call.name().equals("clock")) {
            assertThat(arguments).isEmpty();
        } else {
            assertThat(arguments.path("text").isTextual()).isTrue();
            assertThat(arguments.path("lines").isMissingNode()
                            || arguments.path("lines").isIntegralNumber())
                    .isTrue();
            assertThat(arguments.size()).isLessThanOrEqualTo(2);
        }
    }
}
