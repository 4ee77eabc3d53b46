package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an answer ends, and where thinking ends that no mark has opened: what the chat template tells of both. */
class EndOfTurnTest {

    private static final String[] THINKING_TOKENS = {"<think>", "</think>", "<|eot_id|>", "<|eom_id|>", "user"};

    @TempDir
    Path folder;

    private PromptRenderer open(String template, String endToken, String... tokens) throws IOException {
        SmallTokenizers.byteLevel(folder, template, tokens);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                new ObjectMapper().writeValueAsString(Map.of("eos_token", endToken, "chat_template", template)));
        return PromptRenderer.open(folder);
    }

    private static List<String> endTokens(PromptRenderer renderer) {
        return renderer.endTokens().stream()
                .map(token -> renderer.tokenizer().controlTokens().stream()
                        .filter(content ->
                                renderer.tokenizer().controlToken(content).getAsInt() == token)
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    @Test
    void should_be_the_token_that_the_template_writes_behind_an_answer_before_the_configured_ones() throws IOException {
        try (PromptRenderer renderer = open(SmallTokenizers.CHATML, "<|endoftext|>")) {
            assertThat(endTokens(renderer)).containsExactly("<|im_end|>", "<|endoftext|>");
        }
    }

    @Test
    void should_be_several_where_answers_and_calls_end_otherwise() throws IOException {
        String template = "{%- for message in messages %}{{- message.role + ': ' }}{%- if message.tool_calls %}"
                + "{{- '<tool_call>{\"name\": \"' + message.tool_calls[0].function.name + '\", \"arguments\": ' + (message.tool_calls[0].function.arguments | tojson) + '}</tool_call><|eom_id|>' }}"
                + "{%- else %}{{- message.content + ('<|endoftext|>' if loop.last else '<|eot_id|>') }}{%- endif %}{%- endfor %}{%- if tools %}{{- tools | tojson }}{%- endif %}";
        try (PromptRenderer renderer = open(template, "<|im_end|>", "<|eot_id|>", "<|eom_id|>")) {
            assertThat(endTokens(renderer)).containsExactly("<|eot_id|>", "<|endoftext|>", "<|eom_id|>", "<|im_end|>");
            assertThat(renderer.toolCallFormat()).contains(ToolCallFormat.HERMES);
        }
    }

    /** Nor what a user's words are, nor words of the template. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{%- for message in messages %}{{- message.role + ': ' + message.content + '\\n' }}{%- endfor %}",
                "{%- for message in messages %}{{- message.content }}{%- endfor %}user",
                "{{ raise_exception('no') }}",
                "{{ nonsense(",
                ""
            })
    void should_be_the_configured_one_where_the_template_writes_none(String template) throws IOException {
        try (PromptRenderer renderer = open(template, "<|im_end|>", THINKING_TOKENS)) {
            assertThat(endTokens(renderer)).containsExactly("<|im_end|>");
        }
    }

    private static String read(PromptRenderer renderer, String prompt, String answer, boolean whole) {
        AnswerReader reader = renderer.answerReader(
                renderer.tokenizer().encodeWithControlTokens(prompt), List.of("STOP"), List.of(), false, whole);
        List<AnswerPart> parts = new ArrayList<>();
        for (int token : renderer.tokenizer().encodeWithControlTokens(answer)) {
            if (!reader.stopped()) {
                parts.addAll(reader.append(token));
            }
        }
        parts.addAll(reader.finish());
        return parts.stream()
                .map(part -> part instanceof AnswerPart.Thinking thinking
                        ? "(" + thinking.text() + ")"
                        : ((AnswerPart.Text) part).text())
                .collect(Collectors.joining())
                .replace(")(", "");
    }

    private static final String KNOWS_THINKING =
            "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content.split('</think>')[-1] + '<|im_end|>' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "so it is\\n</think>\\n\\nYes|(so it is)Yes",
                "<think>so it is</think>Yes|(so it is)Yes",
                "\\n so</think>Yes</think>No|(so)Yes</think>No",
                "</think>Yes|Yes",
                "Yes|Yes",
                "It isSTOP or</think>Yes|It is",
                "so</think>YesSTOP|(so)Yes",
                "The marks are <think> and </think>.|The marks are <think> and </think>.",
            })
    void should_take_what_stands_before_an_unopened_end_of_thinking_for_thinking(String answer, String read)
            throws IOException {
        String unescaped = answer.replace("\\n", "\n");
        try (PromptRenderer renderer = open(KNOWS_THINKING, "<|im_end|>", THINKING_TOKENS)) {
            assertThat(read(renderer, "<|im_start|>assistant\n", unescaped, false))
                    .isEqualTo(read);
            assertThat(read(renderer, "<|im_start|>assistant\n", unescaped, true))
                    .isEqualTo(read);
        }
        try (PromptRenderer renderer = open(KNOWS_THINKING, "<|im_end|>", "<none>")) { // marks in letters
            assertThat(read(renderer, "<|im_start|>assistant\n", unescaped, false))
                    .isEqualTo(read);
        }
        try (PromptRenderer renderer = open(SmallTokenizers.CHATML, "<|im_end|>", THINKING_TOKENS)) {
            assertThat(read(renderer, "<|im_start|>assistant\n", unescaped, true))
                    .isEqualTo(read);
        }
    }

    /** What has been shown cannot be taken back, and to wait for the end would be no streaming. */
    @Test
    void should_stream_an_answer_where_nothing_but_the_tokenizer_knows_of_thinking() throws IOException {
        try (PromptRenderer renderer = open(SmallTokenizers.CHATML, "<|im_end|>", THINKING_TOKENS)) {
            AnswerReader reader = renderer.answerReader(new int[0], List.of(), List.of(), false);
            assertThat(reader.append(renderer.tokenizer().encode("a")[0])).isNotEmpty();
        }
        try (PromptRenderer renderer = open(KNOWS_THINKING, "<|im_end|>", THINKING_TOKENS)) {
            AnswerReader reader = renderer.answerReader(new int[0], List.of(), List.of(), false);
            assertThat(reader.append(renderer.tokenizer().encode("a")[0])).isEmpty();
            assertThat(reader.finish()).containsExactly(new AnswerPart.Text("a"));
        }
    }

    @Test
    void should_begin_with_thinking_where_the_prompt_or_the_template_opens_it() throws IOException {
        try (PromptRenderer renderer = open(KNOWS_THINKING, "<|im_end|>", THINKING_TOKENS)) {
            assertThat(read(renderer, "<|im_start|>assistant\n<think>\nOkay, so", " it is</think>Yes", false))
                    .isEqualTo("(it is)Yes");
            assertThat(read(renderer, "<|im_start|>assistant\n<think>\n\n</think>\n\n", "Yes</think>", false))
                    .isEqualTo("Yes</think>");
        }
        String unopened = "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
                + "{%- if message.reasoning_content %}{{- message.reasoning_content + '\\n</think>\\n' }}{%- endif %}{{- message.content + '<|im_end|>' }}{%- endfor %}"
                + "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}";
        try (PromptRenderer renderer = open(unopened, "<|im_end|>", THINKING_TOKENS)) {
            int[] prompt = renderer.tokenizer().encodeWithControlTokens("<|im_start|>assistant\n");
            assertThat(renderer.opensThinking(prompt)).isTrue();
            AnswerReader reader = renderer.answerReader(prompt, List.of(), List.of(), false);
            assertThat(reader.append(renderer.tokenizer().encode("a")[0]))
                    .containsExactly(new AnswerPart.Thinking("a"));
        }
    }
}
