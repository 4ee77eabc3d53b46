package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolCallFormatTest {

    private static ToolCallFormat format(String template, String... tokens) {
        return ToolCallFormat.of(template, Set.of(tokens)).orElse(null);
    }

    @Test
    void should_follow_from_the_chat_template() {
        assertThat(format("... <tool_call> ... </tool_call> ...")).isEqualTo(ToolCallFormat.HERMES);
        assertThat(format("... <tool_call> ...")).isEqualTo(ToolCallFormat.TAGGED_LIST);
        assertThat(format("... <|tool_call|> ...")).isEqualTo(ToolCallFormat.PIPED_LIST);
        assertThat(format("... [TOOL_CALLS] ...")).isEqualTo(ToolCallFormat.MISTRAL_LIST);
        assertThat(format("... [TOOL_CALLS] ... [ARGS] ...")).isEqualTo(ToolCallFormat.MISTRAL_NAMED);
        assertThat(format("... <|python_tag|> ...")).isEqualTo(ToolCallFormat.LLAMA);
    }

    @Test
    void should_follow_from_the_tokenizer_where_the_template_has_no_mark() {
        assertThat(format("", "<tool_call>", "</tool_call>")).isEqualTo(ToolCallFormat.HERMES);
        assertThat(format("", "<|tool_call|>", "<|/tool_call|>")).isEqualTo(ToolCallFormat.PIPED_LIST);
        assertThat(format("", "[TOOL_CALLS]")).isEqualTo(ToolCallFormat.MISTRAL_LIST);
        assertThat(format("", "[TOOL_CALLS]", "[ARGS]")).isEqualTo(ToolCallFormat.MISTRAL_NAMED);
        assertThat(format("", "<|python_tag|>")).isEqualTo(ToolCallFormat.LLAMA);
        assertThat(format("<|tool|>", "<tool_call>", "</tool_call>", "<|tool_call|>"))
                .isEqualTo(ToolCallFormat.PIPED_LIST);
    }

    @Test
    void should_follow_from_the_template_before_the_tokenizer() {
        assertThat(format("<tool_call></tool_call>", "<|python_tag|>")).isEqualTo(ToolCallFormat.HERMES);
        assertThat(format("<|python_tag|>", "<tool_call>")).isEqualTo(ToolCallFormat.LLAMA);
        assertThat(format("<tool_call>", "<|tool_call|>")).isEqualTo(ToolCallFormat.TAGGED_LIST);
        assertThat(format("[TOOL_CALLS]", "[ARGS]", "<tool_call>")).isEqualTo(ToolCallFormat.MISTRAL_NAMED);
    }

    @Test
    void should_take_a_token_for_the_mark_that_closes() {
        assertThat(format("<tool_call>", "</tool_call>")).isEqualTo(ToolCallFormat.HERMES);
    }

    @Test
    void should_be_unknown_without_any_mark() {
        assertThat(format("tools", "<|im_end|>")).isNull();
    }
}
