package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.engine.ScriptedEngine;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.prompt.SmallTokenizers;

/** Models that think before they answer: what they think is LangChain4j's thinking, never text. */
class ThinkingTest {

    /** In our own words: what templates with a switch do. */
    private static final String SWITCHABLE = """
            {%- for tool in tools or [] %}
                {{- tool | tojson }}
            {%- endfor %}
            {%- for message in messages %}
                {{- '<|im_start|>' + message.role + '\\n' }}
                {%- if message.reasoning_content is string %}
                    {{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}
                {%- endif %}
                {{- message.content + '<|im_end|>\\n' }}
            {%- endfor %}
            {{- '<|im_start|>assistant\\n' }}
            {%- if enable_thinking is defined and enable_thinking is false %}
                {{- '<think>\\n\\n</think>\\n\\n' }}
            {%- endif %}
            """;

    /** And those of models that always think. */
    private static final String ALWAYS =
            "{{- messages[-1].content }}{%- if add_generation_prompt %}{{- '<|im_start|>assistant<think>\\n' }}{%- endif %}";

    private static final String[] TOKENS = {"<think>", "</think>", "<tool_call>", "</tool_call>"};

    @TempDir
    Path folder;

    private ScriptedModel script(String template, String answer) {
        return new ScriptedModel(folder, template, TOKENS).answering(answer);
    }

    private static ChatResponse chat(SteeredChatModel model, ToolSpecification... tools) {
        return model.chat(ChatRequest.builder()
                .messages(UserMessage.from("2 + 2?"))
                .toolSpecifications(tools)
                .build());
    }

    private static SteeredChatModel.Builder on(SteeredModel model) {
        return SteeredChatModel.builder().model(model).returnThinking(true);
    }

    @Test
    void should_return_what_the_model_thinks_beside_the_answer() {
        try (SteeredModel opened =
                script(SWITCHABLE, "<think>\nTwo, and two.\n</think>\n\nFour").open()) {
            AiMessage answer = chat(on(opened).build()).aiMessage();
            assertThat(answer.thinking()).isEqualTo("Two, and two.");
            assertThat(answer.text()).isEqualTo("Four");
        }
    }

    @Test
    void should_leave_thinking_out_unless_it_is_asked_for() {
        try (SteeredModel opened =
                script(SWITCHABLE, "<think>\nTwo, and two.\n</think>\n\nFour").open()) {
            AiMessage answer =
                    chat(SteeredChatModel.builder().model(opened).build()).aiMessage();
            assertThat(answer.thinking()).isNull();
            assertThat(answer.text()).isEqualTo("Four");
        }
    }

    @Test
    void should_go_on_with_thinking_that_the_prompt_opens() {
        try (SteeredModel opened =
                script(ALWAYS, "Two, and two.\n</think>\n\nFour").open()) {
            AiMessage answer = chat(on(opened).build()).aiMessage();
            assertThat(answer.thinking()).isEqualTo("Two, and two.");
            assertThat(answer.text()).isEqualTo("Four");
        }
    }

    /** Without tokens of its own for the marks. */
    @Test
    void should_know_marks_in_letters_too() {
        ScriptedModel script = new ScriptedModel(folder, ALWAYS, "<unused>").answering("Hm.\n</think>\nFour");
        try (SteeredModel opened = script.open()) {
            AiMessage answer = chat(on(opened).build()).aiMessage();
            assertThat(answer.thinking()).isEqualTo("Hm.");
            assertThat(answer.text()).isEqualTo("Four");
        }
    }

    /** As of a model that was trained further with the template and the tokenizer of one that does not think. */
    @Test
    void should_know_thinking_of_which_neither_template_nor_tokenizer_tells() {
        ScriptedModel script =
                new ScriptedModel(folder, ScriptedModel.TEMPLATE, "<unused>").answering("<think>\nHm.</think>\nFour");
        try (SteeredModel opened = script.open()) {
            AiMessage answer = chat(on(opened).build()).aiMessage();
            assertThat(answer.thinking()).isEqualTo("Hm.");
            assertThat(answer.text()).isEqualTo("Four");
        }
    }

    @Test
    void should_know_marks_in_brackets() {
        ScriptedModel script = new ScriptedModel(folder, ScriptedModel.TEMPLATE, "[THINK]", "[/THINK]")
                .answering("[THINK]Hm, <think>.[/THINK]Four");
        try (SteeredModel opened = script.open()) {
            AiMessage answer = chat(on(opened).build()).aiMessage();
            assertThat(answer.thinking()).isEqualTo("Hm, <think>.");
            assertThat(answer.text()).isEqualTo("Four");
        }
    }

    /** In our own words: what Granite 3 does. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "Think between <think></think>, answer between <response></response>.|<think>Hm.</think><response>Four</response>",
                "Begin with 'Here is my thought process:', then 'Here is my response:'.|Here is my thought process: Hm. Here is my response: Four"
            })
    void should_switch_thinking_by_the_name_that_the_template_has_for_it(String words, String written) {
        String template =
                "{% if thinking %}{{ \"" + words + "\" }}{% endif %}{{ '<|im_start|>' + messages[-1].content }}";
        ScriptedModel script = new ScriptedModel(folder, template, "<unused>")
                .answering(prompt -> prompt.startsWith(words) ? written : "Four!");
        try (SteeredModel opened = script.open()) {
            AiMessage thinking = chat(on(opened).think(true).build()).aiMessage();
            assertThat(thinking.thinking()).isEqualTo("Hm.");
            assertThat(thinking.text()).isEqualTo("Four");
            for (Boolean think : new Boolean[] {false, null}) {
                AiMessage plain = chat(on(opened).think(think).build()).aiMessage();
                assertThat(plain.thinking()).isNull();
                assertThat(plain.text()).isEqualTo("Four!");
            }
        }
    }

    @Test
    void should_stream_thinking_before_text_and_as_the_whole_response_has_it() throws Exception {
        try (SteeredModel opened = script(SWITCHABLE, "<think>\nZwei, gewiß 👋.\n</think>\n\nVier!")
                .open()) {
            SteeredStreamingChatModel model = SteeredStreamingChatModel.builder()
                    .model(opened)
                    .returnThinking(true)
                    .build();
            List<String> events = new ArrayList<>();
            CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
            model.chat("2 + 2?", new StreamingChatResponseHandler() {
                @Override
                public void onPartialThinking(PartialThinking thinking) {
                    events.add("thinks " + thinking.text());
                }

                @Override
                public void onPartialResponse(String text) {
                    events.add("says " + text);
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {
                    whole.complete(response);
                }

                @Override
                public void onError(Throwable error) {
                    whole.completeExceptionally(error);
                }
            });
            AiMessage answer = whole.get(20, TimeUnit.SECONDS).aiMessage();
            assertThat(answer.thinking()).isEqualTo("Zwei, gewiß 👋.");
            assertThat(answer.text()).isEqualTo("Vier!");
            assertThat(joined(events, "thinks ")).isEqualTo(answer.thinking());
            assertThat(joined(events, "says ")).isEqualTo(answer.text());
            assertThat(events).anyMatch(event -> event.contains("👋")).hasSizeGreaterThan(10);
            assertThat(events.stream().dropWhile(event -> event.startsWith("thinks ")))
                    .allMatch(event -> event.startsWith("says "));
        }
    }

    private static String joined(List<String> events, String kind) {
        return events.stream()
                .filter(event -> event.startsWith(kind))
                .map(event -> event.substring(kind.length()))
                .reduce("", String::concat);
    }

    @Test
    void should_return_thinking_and_an_empty_text_where_the_answer_is_cut_off_within_it() {
        try (SteeredModel opened =
                script(SWITCHABLE, "<think>\nTwo, and two.\n</think>\n\nFour").open()) {
            ChatResponse response = chat(on(opened).maxOutputTokens(6).build());
            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(response.aiMessage().thinking()).isEqualTo("Two,");
            assertThat(response.aiMessage().text()).isEmpty();
        }
    }

    @Test
    void should_look_for_stop_sequences_and_tool_calls_behind_the_thinking_only() {
        String call = "<tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call>";
        try (SteeredModel opened = script(SWITCHABLE, "<think>STOP " + call + "</think>" + call + "aSTOPb")
                .open()) {
            SteeredChatModel model = on(opened).stopSequences("STOP").build();
            AiMessage answer =
                    chat(model, ToolSpecification.builder().name("add").build()).aiMessage();
            assertThat(answer.thinking()).isEqualTo("STOP " + call);
            assertThat(answer.toolExecutionRequests()).hasSize(1);
            assertThat(answer.text()).isEqualTo("a");
        }
    }

    @Test
    void should_take_marks_in_letters_for_text_where_there_are_tokens_for_them() {
        ScriptedModel script = script(SWITCHABLE, "x");
        try (SteeredModel opened = script.open()) {
            SteeredChatModel model = on(opened).build();
            model.chat("</think> <think>");
            List<Integer> marks = Arrays.stream(new String[] {"<think>", "</think>"})
                    .map(mark -> script.prompts.tokenizer().controlToken(mark).getAsInt())
                    .toList();
            assertThat(IntStream.of(script.requests.get(0).prompt()).boxed()).doesNotContainAnyElementsOf(marks);
        }
    }

    @Test
    void should_hand_the_thinking_of_earlier_turns_to_the_chat_template() {
        ScriptedModel script = script(SWITCHABLE, "x");
        try (SteeredModel opened = script.open()) {
            AiMessage earlier =
                    AiMessage.builder().text("Four").thinking("Two, and two.").build();
            on(opened).build().chat(UserMessage.from("2 + 2?"), earlier, UserMessage.from("Sure?"));
            on(opened).sendThinking(false).build().chat(UserMessage.from("2 + 2?"), earlier, UserMessage.from("Sure?"));
            assertThat(script.promptText(0)).contains("assistant\n\nTwo, and two.\n\n\nFour");
            assertThat(script.promptText(1)).contains("assistant\nFour").doesNotContain("Two");
        }
    }

    @Test
    void should_switch_thinking_off_by_the_variable_of_the_chat_template() {
        ScriptedModel script = script(SWITCHABLE, "Four");
        try (SteeredModel opened = script.open()) {
            SteeredChatModel model = on(opened).think(false).build();
            assertThat(chat(model).aiMessage().text()).isEqualTo("Four");
            model.chat(ChatRequest.builder()
                    .messages(UserMessage.from("2 + 2?"))
                    .parameters(
                            SteeringChatRequestParameters.builder().think(true).build())
                    .build());
            assertThat(script.promptText(0)).endsWith("assistant\n\n\n\n\n");
            assertThat(script.promptText(1)).endsWith("assistant\n");
        }
    }

    @Test
    void should_refuse_a_switch_that_the_chat_template_does_not_have() {
        try (SteeredModel opened = script(ALWAYS, "Four").open()) {
            assertThatThrownBy(() -> on(opened).think(false).build())
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContainingAll("think false", "enable_thinking", "always thinks");
            on(opened).think(true).build();
        }
        try (SteeredModel opened = new ScriptedModel(folder).open()) {
            assertThatThrownBy(() -> on(opened).think(true).build())
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContainingAll("think true", "does not think");
            on(opened).think(false).build();
        }
    }

    /** In our own words: what Granite 3 does with a system message. */
    @Test
    void should_refuse_to_think_where_the_chat_template_does_not_heed_its_switch() {
        String template =
                "{% if messages[0].role == 'system' %}{{ messages[0].content }}{% elif thinking %}Think.{% endif %}"
                        + "{{ '<|im_start|>' + messages[-1].content }}";
        ChatMessage[] messages = {SystemMessage.from("Be brief."), UserMessage.from("2 + 2?")};
        try (SteeredModel opened = script(template, "Four").open()) {
            SteeredChatModel thinking = on(opened).think(true).build();
            assertThat(thinking.chat("2 + 2?")).isEqualTo("Four");
            assertThatThrownBy(() -> thinking.chat(messages))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContainingAll("think true", "system message");
            for (Boolean think : new Boolean[] {false, null}) {
                on(opened).think(think).build().chat(messages);
            }
        }
    }

    /** In our own words: what SmolLM3 does. */
    @ParameterizedTest
    @CsvSource({"/think,false", "/no_think,true"})
    void should_refuse_the_contrary_of_what_the_chat_template_reads_in_a_message(String message, boolean think) {
        String template = "{% set mode = enable_thinking is undefined or enable_thinking %}"
                + "{% if '/no_think' in messages[0].content %}{% set mode = false %}{% endif %}"
                + "{% if '/think' in messages[0].content %}{% set mode = true %}{% endif %}"
                + "{{ messages[0].content }}{% if not mode %}<think>\n\n</think>\n{% endif %}";
        try (SteeredModel opened = script(template, "Four").open()) {
            on(opened).think(!think).build().chat(message);
            on(opened).think(think).build().chat("2 + 2?");
            assertThatThrownBy(() -> on(opened).think(think).build().chat(message))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("think " + think);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SWITCHABLE, ALWAYS})
    void should_hold_what_comes_behind_the_thinking_to_a_form(String template) {
        String opening = template.equals(ALWAYS) ? "" : "<think>";
        try (SteeredModel opened = engine(template, List.of(opening + "Hm {.</think>{\"a\": 1}"))) {
            ChatResponse response =
                    chat(on(opened).responseFormat(ResponseFormat.JSON).build());
            assertThat(response.aiMessage().thinking()).isEqualTo("Hm {.");
            assertThat(response.aiMessage().text()).isEqualTo("{\"a\": 1}");
            assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void should_not_let_a_form_wait_for_thinking_that_was_switched_off() {
        try (SteeredModel opened = engine(SWITCHABLE, List.of("<think>Hm.</think>{\"a\": 1}", "{\"b\": 2}"))) {
            AiMessage answer = chat(on(opened)
                            .responseFormat(ResponseFormat.JSON)
                            .think(false)
                            .build())
                    .aiMessage();
            assertThat(answer.thinking()).isNull();
            assertThat(answer.text()).isEqualTo("{\"b\": 2}");
        }
    }

    @Test
    void should_need_no_thinking_before_a_form() {
        try (SteeredModel opened = engine(SWITCHABLE, List.of("Sure!", "{\"a\": 1}"))) {
            AiMessage answer =
                    chat(on(opened).responseFormat(ResponseFormat.JSON).build()).aiMessage();
            assertThat(answer.thinking()).isNull();
            assertThat(answer.text()).isEqualTo("{\"a\": 1}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SWITCHABLE, ALWAYS})
    void should_close_thinking_in_time_for_an_answer_of_a_form(String template) {
        String opening = template.equals(ALWAYS) ? "" : "<think>";
        List<String> longestFirst = IntStream.range(0, 40)
                .mapToObj(length -> opening + "x".repeat(40 - length) + "</think>{}")
                .toList();
        try (SteeredModel opened = engine(template, longestFirst)) {
            ChatResponse response = chat(on(opened)
                    .responseFormat(ResponseFormat.JSON)
                    .maxOutputTokens(20)
                    .build());
            assertThat(response.aiMessage().text()).isEqualTo("{}");
            assertThat(response.aiMessage().thinking()).matches("x{5,18}");
            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    /** Runs the real batch and constraint on a script of answers, the preferred one first. */
    private SteeredModel engine(String template, List<String> answers) {
        PromptRenderer prompts = PromptRenderer.open(SmallTokenizers.byteLevel(folder, template, TOKENS));
        List<List<Integer>> tokens =
                answers.stream().map(answer -> tokens(prompts, answer)).toList();
        return new SteeredModel(
                new ScriptedEngine(4096, 300, prompt -> tokens),
                prompts,
                ScriptedModel.SHAPE,
                GenerationDefaults.GREEDY,
                () -> {});
    }

    private static List<Integer> tokens(PromptRenderer prompts, String answer) {
        List<Integer> tokens = new ArrayList<>();
        Arrays.stream(prompts.tokenizer().encodeWithControlTokens(answer)).forEach(tokens::add);
        tokens.add(prompts.endTokens().iterator().next());
        return tokens;
    }

    /** In our own words: what templates do that write no mark before what was thought. */
    private static final String UNOPENED = SWITCHABLE
            .replace("'<think>\\n' + message", "message")
            .replace("{{- '<think>\\n\\n</think>\\n\\n' }}", "{{- '</think>\\n\\n' }}");

    /** Some fine-tunes think without a mark before it, whatever their template is. */
    @Test
    void should_set_thinking_apart_that_no_mark_opens() {
        for (String template : List.of(SmallTokenizers.CHATML, SWITCHABLE, UNOPENED)) {
            try (SteeredModel model =
                    script(template, "two and two\n</think>\n\nFour").open()) {
                ChatResponse response = chat(SteeredChatModel.builder()
                        .model(model)
                        .returnThinking(true)
                        .build());
                assertThat(response.aiMessage().text()).as(template).isEqualTo("Four");
                assertThat(response.aiMessage().thinking()).isEqualTo("two and two");
            }
        }
    }

    /** What the template says, streams know, too; else what was shown stays what it was. */
    @Test
    void should_stream_thinking_that_no_mark_opens_as_thinking_where_the_template_knows_of_it() throws Exception {
        for (String template : List.of(SmallTokenizers.CHATML, SWITCHABLE, UNOPENED)) {
            boolean told = !template.equals(SmallTokenizers.CHATML);
            StringBuilder text = new StringBuilder();
            StringBuilder thinking = new StringBuilder();
            CompletableFuture<ChatResponse> done = new CompletableFuture<>();
            try (SteeredModel model = script(template, "two</think>Four").open()) {
                SteeredStreamingChatModel.builder()
                        .model(model)
                        .returnThinking(true)
                        .build()
                        .chat(List.of(UserMessage.from("2 + 2?")), new StreamingChatResponseHandler() {
                            @Override
                            public void onPartialResponse(String partial) {
                                text.append(partial);
                            }

                            @Override
                            public void onPartialThinking(PartialThinking partial) {
                                thinking.append(partial.text());
                            }

                            @Override
                            public void onCompleteResponse(ChatResponse response) {
                                done.complete(response);
                            }

                            @Override
                            public void onError(Throwable error) {
                                done.completeExceptionally(error);
                            }
                        });
                AiMessage message = done.get(30, TimeUnit.SECONDS).aiMessage();
                assertThat(text).hasToString(message.text()).hasToString(told ? "Four" : "two</think>Four");
                assertThat(thinking).hasToString(told ? "two" : "");
            }
        }
    }

    @Test
    void should_hold_the_answer_after_thinking_that_no_mark_opens_to_its_form() {
        try (SteeredModel model = script(UNOPENED, "two</think>{}").open()) {
            ChatResponse response = SteeredChatModel.builder()
                    .model(model)
                    .returnThinking(true)
                    .build()
                    .chat(ChatRequest.builder()
                            .messages(UserMessage.from("2 + 2?"))
                            .responseFormat(ResponseFormat.JSON)
                            .build());
            assertThat(response.aiMessage().text()).isEqualTo("{}");
            assertThat(response.aiMessage().thinking()).isEqualTo("two");
        }
    }
}
