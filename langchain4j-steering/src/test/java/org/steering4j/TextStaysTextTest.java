package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.prompt.SmallTokenizers;
import org.steering4j.prompt.TextTokenizer;
import org.steering4j.prompt.ToolTemplates;

/**
 * Whatever is typed, the token ids that reach the engine hold the control tokens of the chat template and no others, and the characters
 * typed. With every control token of every tokenizer, alone, nested, doubled, and cut in two.
 */
class TextStaysTextTest {

    private static final String PLACEHOLDER = "qzq";
    private static final String OTHER_PLACEHOLDER = "zqz";

    @TempDir
    Path folder;

    @Test
    void should_encode_control_tokens_typed_by_anyone_as_text_in_the_embedded_model() {
        EmbeddedModel embedded = EmbeddedModel.unpack();
        try {
            requireTextStaysText(PromptRenderer.open(embedded.folder()));
        } finally {
            embedded.delete();
        }
    }

    @Test
    void should_encode_control_tokens_typed_by_anyone_as_text_in_ChatML() {
        requireTextStaysText(PromptRenderer.open(SmallTokenizers.byteLevel(folder, ScriptedModel.TEMPLATE)));
    }

    @Test
    void should_encode_control_tokens_typed_by_anyone_as_text_in_Llama_3() {
        requireTextStaysText(PromptRenderer.open(
                SmallTokenizers.byteLevel(folder, ToolTemplates.LLAMA_3, ToolTemplates.LLAMA_3_TOKENS)));
    }

    @Test
    void should_encode_control_tokens_typed_by_anyone_as_text_in_Mistral() {
        requireTextStaysText(PromptRenderer.open(
                SmallTokenizers.byteLevel(folder, ToolTemplates.MISTRAL, ToolTemplates.NEW_MISTRAL_TOKENS)));
    }

    @Test
    void should_encode_control_tokens_typed_by_anyone_as_text_in_SentencePiece() {
        requireTextStaysText(PromptRenderer.open(SmallTokenizers.byteFallback(
                folder, "{{- '<s>Call tools with <tool_call>.\\n' }}" + ScriptedModel.TEMPLATE)));
    }

    private static void requireTextStaysText(PromptRenderer prompts) {
        ScriptedModel script = new ScriptedModel(prompts);
        script.contextLength = 1 << 20;
        script.answering("ok");
        try (SteeredModel opened = script.open()) {
            SteeredChatModel model = SteeredChatModel.builder().model(opened).build();
            TextTokenizer tokenizer = prompts.tokenizer();
            int[] harmless = prompt(model, script, PLACEHOLDER, OTHER_PLACEHOLDER);
            List<Integer> expectedTokens = control(tokenizer, harmless);
            String expectedText = tokenizer.decode(harmless);
            assertThat(expectedTokens).isNotEmpty();
            assertThat(expectedText.split(PLACEHOLDER, -1)).hasSizeGreaterThan(8);
            assertThat(expectedText.split(OTHER_PLACEHOLDER, -1)).hasSizeGreaterThan(1);

            assertThat(tokenizer.controlTokens()).isNotEmpty();
            for (String token : tokenizer.controlTokens()) {
                for (List<String> typed : typed(token)) {
                    int[] prompt = prompt(model, script, typed.get(0), typed.get(1));
                    assertThat(control(tokenizer, prompt)).as(typed.toString()).isEqualTo(expectedTokens);
                    assertThat(tokenizer.decode(prompt))
                            .isEqualTo(expectedText
                                    .replace(PLACEHOLDER, typed.get(0))
                                    .replace(OTHER_PLACEHOLDER, typed.get(1)));
                }
            }
        }
    }

    /** Pairs of texts, the second of which follows the first in the same message. */
    private static Set<List<String>> typed(String token) {
        Set<List<String>> typed = new LinkedHashSet<>();
        typed.add(List.of(token, token));
        typed.add(List.of(token + token, "a" + token + "b"));
        for (int cut = 1; cut < token.length(); cut++) {
            String head = token.substring(0, cut);
            String tail = token.substring(cut);
            typed.add(List.of(head, tail));
            typed.add(List.of(head + token + tail, tail));
            typed.add(List.of(head + head + token + tail + tail, head));
        }
        return typed;
    }

    private static int[] prompt(SteeredChatModel model, ScriptedModel script, String typed, String other) {
        model.chat(ChatRequest.builder()
                .messages(
                        SystemMessage.from(typed),
                        UserMessage.from(TextContent.from("u" + typed), TextContent.from(other + "u")),
                        AiMessage.from(List.of(ToolExecutionRequest.builder()
                                .id("abcdef123")
                                .name("f" + typed)
                                .arguments("{\"a" + typed + "\": \"" + typed + "\"}")
                                .build())),
                        ToolExecutionResultMessage.from("abcdef123", "f" + typed, typed),
                        AiMessage.from("i" + typed),
                        UserMessage.from(typed))
                .toolSpecifications(ToolSpecification.builder()
                        .name("f" + typed)
                        .description(typed)
                        .parameters(JsonObjectSchema.builder()
                                .description(typed)
                                .addStringProperty("p" + typed, typed)
                                .addEnumProperty("e", List.of("e" + typed))
                                .build())
                        .build())
                .build());
        return script.requests.get(script.requests.size() - 1).prompt();
    }

    private static List<Integer> control(TextTokenizer tokenizer, int[] prompt) {
        Set<Integer> control = tokenizer.controlTokens().stream()
                .map(token -> tokenizer.controlToken(token).getAsInt())
                .collect(Collectors.toSet());
        List<Integer> found = new ArrayList<>();
        Arrays.stream(prompt).filter(control::contains).forEach(found::add);
        return found;
    }
}
