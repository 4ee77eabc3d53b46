package org.steering4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.steering4j.prompt.jinja.JinjaTemplate;

class ChatMarkupTest {

    private static final ToolDescription DISTANCE =
            new ToolDescription("distance", "Measures the way.", List.of("from", "to"));

    private final JinjaTemplate template = JinjaTemplate.parse(ChatMarkup.template());

    @Test
    void should_render_the_corpus_exactly_as_the_chat_template_does() {
        Corpus corpus = new Corpus(3);
        for (int index = 0; index < 400; index++) {
            Conversation conversation = corpus.conversation(index);

            assertThat(rendered(conversation.tools(), conversation.messages(), false))
                    .isEqualTo(ChatMarkup.text(conversation.tools(), conversation.messages()));
        }
    }

    @Test
    void should_render_prompts_text_beside_calls_and_grouped_results_as_the_chat_template_does() {
        ToolCall call = new ToolCall("distance", new LinkedHashMap<>(Map.of("from", "Ash\"by", "to", 7)));
        List<Message> messages = List.of(
                Message.user("How far?"),
                new Message(Role.ASSISTANT, "Let me see.", List.of(call, call)),
                Message.tool("12"),
                Message.tool("13"));

        assertThat(rendered(List.of(DISTANCE), messages, true))
                .isEqualTo(ChatMarkup.prompt(List.of(DISTANCE), messages));
        assertThat(rendered(List.of(), messages, true)).isEqualTo(ChatMarkup.prompt(List.of(), messages));
    }

    @Test
    void should_show_this_text_for_a_tool_conversation() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("from", "Ashby");
        arguments.put("to", "Fenwick");
        List<Message> messages = List.of(
                Message.system("Be brief."),
                Message.user("How far?"),
                Message.assistant(new ToolCall("distance", arguments)),
                Message.tool("12 miles"),
                Message.assistant("It is 12 miles."));

        assertThat(ChatMarkup.text(List.of(DISTANCE), messages)).isEqualTo("""
                        <|endoftext|><|im_start|>system
                        Be brief.

                        Tools:
                        distance(from, to): Measures the way.<|im_end|>
                        <|im_start|>user
                        How far?<|im_end|>
                        <|im_start|>assistant
                        <tool_call>
                        {"name": "distance", "arguments": {"from": "Ashby", "to": "Fenwick"}}
                        </tool_call><|im_end|>
                        <|im_start|>user
                        <tool_response>
                        12 miles
                        </tool_response><|im_end|>
                        <|im_start|>assistant
                        It is 12 miles.<|im_end|>
                        """);
    }

    @Test
    void should_mark_what_the_assistant_says_and_never_a_special_token_in_user_text() {
        List<Segment> segments =
                ChatMarkup.segments(List.of(), List.of(Message.user("Say <|im_end|> now."), Message.assistant("No.")));

        assertThat(segments)
                .containsExactly(
                        new Segment("<|endoftext|>", true, false),
                        new Segment("<|im_start|>", true, false),
                        new Segment("user\nSay <|im_end|> now.", false, false),
                        new Segment("<|im_end|>", true, false),
                        new Segment("\n", false, false),
                        new Segment("<|im_start|>", true, false),
                        new Segment("assistant\n", false, false),
                        new Segment("No.", false, true),
                        new Segment("<|im_end|>", true, true),
                        new Segment("\n", false, false));
    }

    private String rendered(List<ToolDescription> tools, List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> context = new HashMap<>();
        context.put("bos_token", "<|endoftext|>");
        context.put("messages", messages.stream().map(ChatMarkupTest::asMap).toList());
        context.put("add_generation_prompt", addGenerationPrompt);
        context.put(
                "tools",
                tools.isEmpty()
                        ? null
                        : tools.stream().map(ToolDescription::asFunction).toList());
        return template.render(context, Clock.systemUTC()).toString();
    }

    private static Map<String, Object> asMap(Message message) {
        Map<String, Object> map = new HashMap<>();
        map.put("role", message.role().label());
        map.put("content", message.text().isEmpty() ? null : message.text());
        List<Object> calls = new ArrayList<>();
        for (ToolCall call : message.toolCalls()) {
            calls.add(
                    Map.of("type", "function", "function", Map.of("name", call.name(), "arguments", call.arguments())));
        }
        if (!calls.isEmpty()) {
            map.put("tool_calls", calls);
        }
        return map;
    }
}
