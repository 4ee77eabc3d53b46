package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls and results in conversations, as templates that have rules about them write them. */
class ToolTurnsTest {

    private static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("weather")
            .description("The weather")
            .parameters(JsonObjectSchema.builder().addStringProperty("city").build())
            .build();

    private static final UserMessage QUESTION = UserMessage.from("Rain?");

    @TempDir
    Path folder;

    private PromptRenderer llama() {
        return PromptRenderer.open(
                SmallTokenizers.byteLevel(folder, ToolTemplates.LLAMA_3, ToolTemplates.LLAMA_3_TOKENS));
    }

    private PromptRenderer mistral() {
        return PromptRenderer.open(
                SmallTokenizers.byteLevel(folder, ToolTemplates.MISTRAL, ToolTemplates.MISTRAL_TOKENS));
    }

    private static ToolExecutionRequest call(String id, String city) {
        return ToolExecutionRequest.builder()
                .id(id)
                .name("weather")
                .arguments("{\"city\": \"" + city + "\"}")
                .build();
    }

    private static ToolExecutionResultMessage result(String id, String text) {
        return ToolExecutionResultMessage.from(id, "weather", text);
    }

    private static String rendered(PromptRenderer renderer, ChatMessage... messages) {
        return renderer.render(List.of(messages), List.of(WEATHER), null).toString();
    }

    @Test
    void should_render_tools_calls_and_results_as_llama_3() {
        try (PromptRenderer renderer = llama()) {
            assertThat(renderer.toolCallFormat()).contains(ToolCallFormat.LLAMA);
            assertThat(rendered(
                            renderer,
                            SystemMessage.from("Be brief."),
                            QUESTION,
                            AiMessage.from(call("1", "Köln")),
                            result("1", "sunny \"and\" dry")))
                    .isEqualTo("""
                            <|start_header_id|>system<|end_header_id|>

                            Environment: ipython
                            Be brief.<|eot_id|><|start_header_id|>user<|end_header_id|>

                            Call a function with {"name": its name, "parameters": its arguments}.

                            {
                                "type": "function",
                                "function": {
                                    "name": "weather",
                                    "description": "The weather",
                                    "parameters": {
                                        "type": "object",
                                        "properties": {
                                            "city": {
                                                "type": "string"
                                            }
                                        },
                                        "required": []
                                    }
                                }
                            }

                            Rain?<|eot_id|><|start_header_id|>assistant<|end_header_id|>

                            {"name": "weather", "parameters": {"city": "Köln"}}<|eot_id|><|start_header_id|>ipython<|end_header_id|>

                            "sunny \\"and\\" dry"<|eot_id|><|start_header_id|>assistant<|end_header_id|>

                            """);
        }
    }

    @Test
    void should_give_llama_3_one_call_at_a_time() {
        try (PromptRenderer renderer = llama()) {
            String text = rendered(
                    renderer,
                    QUESTION,
                    AiMessage.from("I see.", List.of(call("1", "Köln"), call("2", "Bonn"))),
                    result("2", "rain"),
                    result("1", "sun"),
                    AiMessage.from("Rain in Bonn."),
                    UserMessage.from("Thanks."));
            assertThat(text.substring(text.indexOf("{\"name\": \"weather\"")))
                    .isEqualTo(
                            "{\"name\": \"weather\", \"parameters\": {\"city\": \"Köln\"}}<|eot_id|><|start_header_id|>ipython<|end_header_id|>\n\n\"sun\"<|eot_id|>"
                                    + "<|start_header_id|>assistant<|end_header_id|>\n\n{\"name\": \"weather\", \"parameters\": {\"city\": \"Bonn\"}}<|eot_id|>"
                                    + "<|start_header_id|>ipython<|end_header_id|>\n\n\"rain\"<|eot_id|>"
                                    + "<|start_header_id|>assistant<|end_header_id|>\n\nRain in Bonn.<|eot_id|>"
                                    + "<|start_header_id|>user<|end_header_id|>\n\nThanks.<|eot_id|>"
                                    + "<|start_header_id|>assistant<|end_header_id|>\n\n");
        }
    }

    @Test
    void should_render_tools_calls_and_results_as_mistral() {
        try (PromptRenderer renderer = mistral()) {
            assertThat(renderer.toolCallFormat()).contains(ToolCallFormat.MISTRAL_LIST);
            assertThat(rendered(
                            renderer,
                            QUESTION,
                            AiMessage.from(List.of(call("abcdef123", "Köln"), call("abcdef456", "Bonn"))),
                            result("abcdef123", "\"sun\""),
                            result("abcdef456", "\"rain\"")))
                    .isEqualTo(
                            "[AVAILABLE_TOOLS] [{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"description\": \"The weather\","
                                    + " \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}, \"required\": []}}}][/AVAILABLE_TOOLS]"
                                    + "[INST] Rain?[/INST]"
                                    + "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}, \"id\": \"abcdef123\"},"
                                    + " {\"name\": \"weather\", \"arguments\": {\"city\": \"Bonn\"}, \"id\": \"abcdef456\"}]<|im_end|>"
                                    + "[TOOL_RESULTS] {\"content\": \"sun\", \"call_id\": \"abcdef123\"}[/TOOL_RESULTS]"
                                    + "[TOOL_RESULTS] {\"content\": \"rain\", \"call_id\": \"abcdef456\"}[/TOOL_RESULTS]");
        }
    }

    @Test
    void should_know_the_newer_format_of_mistral_by_how_its_template_writes_calls() {
        try (PromptRenderer newer = PromptRenderer.open(SmallTokenizers.byteLevel(
                        folder.resolve("newer"), ToolTemplates.NEW_MISTRAL, ToolTemplates.NEW_MISTRAL_TOKENS));
                PromptRenderer older = PromptRenderer.open(SmallTokenizers.byteLevel(
                        folder.resolve("older"), ToolTemplates.MISTRAL, ToolTemplates.NEW_MISTRAL_TOKENS))) {
            assertThat(newer.toolCallFormat()).contains(ToolCallFormat.MISTRAL_NAMED);
            assertThat(older.toolCallFormat()).contains(ToolCallFormat.MISTRAL_LIST);
        }
    }

    @Test
    void should_pass_on_what_a_template_refuses() {
        try (PromptRenderer renderer = mistral()) {
            assertThatThrownBy(() -> rendered(renderer, QUESTION, QUESTION))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("take turns");
            assertThatThrownBy(() -> rendered(renderer, QUESTION, AiMessage.from(call("1", "Köln"))))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("nine letters and digits");
        }
        try (PromptRenderer renderer = llama()) {
            assertThatThrownBy(() -> rendered(renderer, SystemMessage.from("Be brief.")))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("a message of the user");
        }
    }

    @Test
    void should_refuse_the_result_of_a_call_that_was_not_made_before() {
        try (PromptRenderer renderer = llama()) {
            assertThatThrownBy(
                            () -> rendered(renderer, QUESTION, AiMessage.from(call("1", "Köln")), result("2", "sun")))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("weather", "id 2", "weather with id 1");
            assertThatThrownBy(
                            () -> rendered(renderer, QUESTION, result("1", "sun"), AiMessage.from(call("1", "Köln"))))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("none");
            assertThatThrownBy(
                            () -> rendered(renderer, QUESTION, AiMessage.from(call("1", "Köln")), result(null, "sun")))
                    .isExactlyInstanceOf(InvalidRequestException.class);
            assertThat(rendered(renderer, QUESTION, AiMessage.from(call(null, "Köln")), result(null, "sun")))
                    .contains("\"sun\"");
        }
    }
}
