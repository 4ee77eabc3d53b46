package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.engine.Continuation;
import org.steering4j.prompt.PromptRenderer;

class AnswerEncoderTest {

    private static final List<ChatMessage> CONVERSATION = List.of(UserMessage.from("2 + 2?"));

    @TempDir
    Path folder;

    private PromptRenderer open(String template) throws IOException {
        RandomModelFolder.write(folder);
        Files.writeString(folder.resolve("chat_template.jinja"), template);
        return PromptRenderer.open(folder);
    }

    private static String text(PromptRenderer prompts, int[] tokens) {
        return prompts.tokenizer().decode(tokens);
    }

    /** In our own words: what Qwen3 does. */
    @Test
    void should_ask_for_answers_without_thinking_where_the_template_can() throws IOException {
        String template = """
                {% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' }}{% endfor %}
                {{- '<|im_start|>assistant\\n' }}{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}
                """;
        try (PromptRenderer prompts = open(template)) {
            Continuation continuation = new AnswerEncoder(prompts, "").continuation(CONVERSATION, "Four");
            assertThat(text(prompts, continuation.prompt())).endsWith("assistant\n<think>\n\n</think>\n\n");
            assertThat(text(prompts, continuation.answer())).isEqualTo("Four");
            assertThat(continuation.answer())
                    .endsWith(prompts.endTokens().iterator().next());
        }
    }

    /** In our own words: what DeepSeek-R1's distills and Qwen3's thinking variants do. */
    @ParameterizedTest
    @ValueSource(strings = {"", "<think>\\n\\n</think>\\n\\n"})
    void should_put_answers_behind_thinking_that_the_template_always_opens(String beforePastAnswers)
            throws IOException {
        String template = "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}"
                + "{% if message.role == 'assistant' %}{{ '" + beforePastAnswers + "' }}{% endif %}"
                + "{{ message.content + '<|im_end|>' }}{% endfor %}{{ '<|im_start|>assistant\\n<think>\\n' }}";
        try (PromptRenderer prompts = open(template)) {
            Continuation continuation = new AnswerEncoder(prompts, "").continuation(CONVERSATION, "Four");
            assertThat(text(prompts, continuation.prompt())).endsWith("assistant\n<think>\n\n</think>\n\n");
            assertThat(text(prompts, continuation.answer())).isEqualTo("Four");
            assertThat(continuation.answer())
                    .endsWith(prompts.endTokens().iterator().next());
        }
    }

    /** Whatever the folder calls its end token: it is the one at which a chat ends, too. */
    @Test
    void should_end_answers_at_the_token_that_the_template_writes_behind_them() throws IOException {
        RandomModelFolder.write(folder);
        Files.writeString(folder.resolve("generation_config.json"), "{}");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|endoftext|>\"}");
        String template =
                "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' }}{% endfor %}{{ '<|im_start|>assistant\\n' }}";
        Files.writeString(folder.resolve("chat_template.jinja"), template);
        try (PromptRenderer prompts = PromptRenderer.open(folder)) {
            int end = prompts.tokenizer().controlToken("<|im_end|>").getAsInt();
            assertThat(prompts.endTokens()).first().isEqualTo(end);
            assertThat(new AnswerEncoder(prompts, "")
                            .continuation(CONVERSATION, "Four")
                            .answer())
                    .endsWith(end);
        }
    }

    @Test
    void should_leave_other_templates_alone() throws IOException {
        String template = "{{ messages[-1].content }}{{ enable_thinking_less }}";
        try (PromptRenderer prompts = open(template)) {
            assertThat(text(prompts, new AnswerEncoder(prompts, "").prompt(CONVERSATION)))
                    .isEqualTo("2 + 2?");
        }
    }
}
