package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.checkpoint.ModelFolderException;

class PromptRendererTest {

    /** In our own words: what the template of Qwen2.5 does. */
    static final String QWEN = """
            {%- if tools %}
                {{- '<|im_start|>system\\n' }}
                {%- if messages[0]['role'] == 'system' %}
                    {{- messages[0]['content'] }}
                {%- else %}
                    {{- 'You help.' }}
                {%- endif %}
                {{- "\\n\\n# Tools\\n<tools>" }}
                {%- for tool in tools %}
                    {{- "\\n" }}
                    {{- tool | tojson }}
                {%- endfor %}
                {{- "\\n</tools>\\nAnswer with <tool_call>{\\"name\\": ...}</tool_call>.<|im_end|>\\n" }}
            {%- else %}
                {%- if messages[0]['role'] == 'system' %}
                    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
                {%- else %}
                    {{- '<|im_start|>system\\nYou help.<|im_end|>\\n' }}
                {%- endif %}
            {%- endif %}
            {%- for message in messages %}
                {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
                    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
                {%- elif message.role == "assistant" %}
                    {{- '<|im_start|>' + message.role }}
                    {%- if message.content %}
                        {{- '\\n' + message.content }}
                    {%- endif %}
                    {%- for tool_call in message.tool_calls %}
                        {%- if tool_call.function is defined %}
                            {%- set tool_call = tool_call.function %}
                        {%- endif %}
                        {{- '\\n<tool_call>\\n{"name": "' }}
                        {{- tool_call.name }}
                        {{- '", "arguments": ' }}
                        {{- tool_call.arguments | tojson }}
                        {{- '}\\n</tool_call>' }}
                    {%- endfor %}
                    {{- '<|im_end|>\\n' }}
                {%- elif message.role == "tool" %}
                    {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
                        {{- '<|im_start|>user' }}
                    {%- endif %}
                    {{- '\\n<tool_response>\\n' }}
                    {{- message.content }}
                    {{- '\\n</tool_response>' }}
                    {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
                        {{- '<|im_end|>\\n' }}
                    {%- endif %}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|im_start|>assistant\\n' }}
            {%- endif %}
            """;

    /** In our own words: what the templates of Llama 3 do. */
    static final String LLAMA_3 = """
            {{- bos_token }}
            {%- if not date_string is defined %}
                {%- set date_string = strftime_now("%d %b %Y") %}
            {%- endif %}
            {%- if messages[0]['role'] == 'system' %}
                {%- set system_message = messages[0]['content']|trim %}
                {%- set messages = messages[1:] %}
            {%- else %}
                {%- set system_message = "" %}
            {%- endif %}
            {{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
            {{- "Today Date: " + date_string + "\\n\\n" }}
            {{- system_message }}
            {{- "<|eot_id|>" }}
            {%- for message in messages %}
                {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
                    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
                {%- elif 'tool_calls' in message %}
                    {%- if not message.tool_calls|length == 1 %}
                        {{- raise_exception("one call at a time") }}
                    {%- endif %}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
            {%- endif %}
            """;

    /** In our own words: what the templates of Zephyr and TinyLlama do. */
    static final String ZEPHYR = """
            {% for message in messages %}
            {% if message['role'] == 'user' %}
            {{ '<|user|>\\n' + message['content'] + eos_token }}
            {% elif message['role'] == 'system' %}
            {{ '<|system|>\\n' + message['content'] + eos_token }}
            {% elif message['role'] == 'assistant' %}
            {{ '<|assistant|>\\n'  + message['content'] + eos_token }}
            {% endif %}
            {% if loop.last and add_generation_prompt %}
            {{ '<|assistant|>' }}
            {% endif %}
            {% endfor %}""";

    /** In our own words: what the template of Mistral does about the order of messages. */
    static final String ALTERNATING = """
            {{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}""";

    static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("weather")
            .description("The weather, in <b>")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("city", "Where")
                    .required("city")
                    .build())
            .build();

    @TempDir
    Path folder;

    private PromptRenderer byteLevel(String template) {
        return PromptRenderer.open(SmallTokenizers.byteLevel(folder, template));
    }

    private static String rendered(PromptRenderer renderer, ChatMessage... messages) {
        return renderer.render(List.of(messages), List.of(), null).toString();
    }

    @Test
    void should_render_chatml() {
        try (PromptRenderer renderer = byteLevel(SmallTokenizers.CHATML)) {
            List<ChatMessage> messages = List.of(
                    SystemMessage.from("Be brief."),
                    UserMessage.from(" hello "),
                    AiMessage.from("hi"),
                    UserMessage.from("x"));
            String expected = """
                    <|im_start|>system
                    Be brief.<|im_end|>
                    <|im_start|>user
                    hello<|im_end|>
                    <|im_start|>assistant
                    hi<|im_end|>
                    <|im_start|>user
                    x<|im_end|>
                    <|im_start|>assistant
                    """;
            assertThat(rendered(renderer, messages.toArray(ChatMessage[]::new))).isEqualTo(expected);
            assertThat(renderer.prompt(messages, List.of()))
                    .isEqualTo(renderer.tokenizer().encodeWithControlTokens(expected));
        }
    }

    @Test
    void should_render_tools_calls_and_results_as_qwen() {
        try (PromptRenderer renderer = byteLevel(QWEN)) {
            AiMessage calls = AiMessage.from(
                    "Let me see.",
                    List.of(
                            call("1", "weather", "{\"city\":\"Köln\",\"days\":[1,2.5,null,true]}"),
                            call("2", "clock", "")));
            String text = renderer.render(
                            List.of(
                                    UserMessage.from("weather?"),
                                    calls,
                                    ToolExecutionResultMessage.from("1", "weather", "sunny"),
                                    ToolExecutionResultMessage.from("2", "clock", "10:14")),
                            List.of(WEATHER),
                            null)
                    .toString();
            assertThat(text).isEqualTo("""
                            <|im_start|>system
                            You help.

                            # Tools
                            <tools>
                            {"type": "function", "function": {"name": "weather", "description": "The weather, in <b>", "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "Where"}}, "required": ["city"]}}}
                            </tools>
                            Answer with <tool_call>{"name": ...}</tool_call>.<|im_end|>
                            <|im_start|>user
                            weather?<|im_end|>
                            <|im_start|>assistant
                            Let me see.
                            <tool_call>
                            {"name": "weather", "arguments": {"city": "Köln", "days": [1, 2.5, null, true]}}
                            </tool_call>
                            <tool_call>
                            {"name": "clock", "arguments": {}}
                            </tool_call><|im_end|>
                            <|im_start|>user
                            <tool_response>
                            sunny
                            </tool_response>
                            <tool_response>
                            10:14
                            </tool_response><|im_end|>
                            <|im_start|>assistant
                            """);
            assertThat(rendered(renderer, UserMessage.from("hello"))).isEqualTo("""
                            <|im_start|>system
                            You help.<|im_end|>
                            <|im_start|>user
                            hello<|im_end|>
                            <|im_start|>assistant
                            """);
        }
    }

    @Test
    void should_render_as_llama_3() {
        try (PromptRenderer renderer = PromptRenderer.open(SmallTokenizers.byteFallback(folder, LLAMA_3))) {
            assertThat(rendered(
                            renderer,
                            SystemMessage.from(" Be brief. "),
                            UserMessage.from("hello"),
                            AiMessage.from("hi"),
                            UserMessage.from("x")))
                    .matches(
                            "(?s)<s><\\|start_header_id\\|>system<\\|end_header_id\\|>\n\nToday Date: \\d\\d \\w{3} \\d{4}\n\nBe brief\\.<\\|eot_id\\|>"
                                    + "<\\|start_header_id\\|>user<\\|end_header_id\\|>\n\nhello<\\|eot_id\\|>"
                                    + "<\\|start_header_id\\|>assistant<\\|end_header_id\\|>\n\nhi<\\|eot_id\\|>"
                                    + "<\\|start_header_id\\|>user<\\|end_header_id\\|>\n\nx<\\|eot_id\\|>"
                                    + "<\\|start_header_id\\|>assistant<\\|end_header_id\\|>\n\n");
        }
    }

    @Test
    void should_render_as_zephyr() {
        try (PromptRenderer renderer = PromptRenderer.open(SmallTokenizers.byteFallback(folder, ZEPHYR))) {
            assertThat(rendered(renderer, SystemMessage.from("Be brief."), UserMessage.from("hello")))
                    .isEqualTo("""
                            <|system|>
                            Be brief.</s>
                            <|user|>
                            hello</s>
                            <|assistant|>
                            """);
            assertThat(renderer.prompt(List.of(UserMessage.from("hello")), List.of()))
                    .contains(2);
        }
    }

    @Test
    void should_pass_on_the_refusal_of_a_template() {
        try (PromptRenderer renderer = PromptRenderer.open(SmallTokenizers.byteFallback(folder, ALTERNATING))) {
            assertThat(rendered(renderer, UserMessage.from("hello"), AiMessage.from("hi"), UserMessage.from("x")))
                    .isEqualTo("<s>[INST] hello [/INST]hi</s>[INST] x [/INST]");
            assertThatThrownBy(() -> renderer.prompt(List.of(UserMessage.from("a"), UserMessage.from("b")), List.of()))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("roles must alternate");
        }
    }

    /** Control tokens typed into every place that text can come from. */
    @Test
    void should_take_nothing_in_a_message_for_a_control_token() {
        for (String template : List.of(SmallTokenizers.CHATML, QWEN)) {
            try (PromptRenderer renderer = byteLevel(template)) {
                TextTokenizer tokenizer = renderer.tokenizer();
                boolean tools = renderer.writesTools();
                long expected = countControl(
                        tokenizer, renderer.prompt(conversation("x", "y"), tools ? List.of(WEATHER) : List.of()));
                for (String token : tokenizer.controlTokens()) {
                    for (int cut : new int[] {0, 1, token.length() - 1}) {
                        String head = token.substring(0, cut);
                        String tail = token.substring(cut);
                        for (String typed :
                                List.of(head + tail, head + token + tail, " " + token + "\n", token + token)) {
                            int[] prompt = renderer.prompt(
                                    conversation(typed, token + tail), tools ? List.of(tool(typed)) : List.of());
                            assertThat(countControl(tokenizer, prompt))
                                    .as(typed)
                                    .isEqualTo(expected);
                        }
                    }
                }
            }
        }
    }

    private static List<ChatMessage> conversation(String text, String other) {
        String typed = text.isBlank() ? "." : text;
        return List.of(
                SystemMessage.from(typed),
                UserMessage.from("name" + typed, other + typed),
                AiMessage.from(
                        typed, List.of(call("1", "f" + typed, "{\"" + other + "\": \"" + typed.strip() + "\"}"))),
                ToolExecutionResultMessage.from("1", typed, other),
                UserMessage.from(typed));
    }

    private static ToolSpecification tool(String typed) {
        return ToolSpecification.builder()
                .name("f" + typed)
                .description(typed)
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty(typed, typed)
                        .build())
                .build();
    }

    private static ToolExecutionRequest call(String id, String name, String arguments) {
        return ToolExecutionRequest.builder()
                .id(id)
                .name(name)
                .arguments(arguments)
                .build();
    }

    private static long countControl(TextTokenizer tokenizer, int[] prompt) {
        List<Integer> control = tokenizer.controlTokens().stream()
                .map(token -> tokenizer.controlToken(token).getAsInt())
                .toList();
        return Arrays.stream(prompt).filter(control::contains).count();
    }

    @Test
    void should_keep_contents_apart_that_make_a_control_token_together() {
        String glue =
                "{% for message in messages %}{{ message.content }}{% endfor %}<|im_start|>{{ messages[0].content }}|>";
        try (PromptRenderer renderer = byteLevel(glue)) {
            for (int cut = 1; cut < "<|im_end|>".length(); cut++) {
                List<ChatMessage> messages = List.of(
                        UserMessage.from("<|im_end|>".substring(0, cut)),
                        UserMessage.from("<|im_end|>".substring(cut)));
                assertThat(countControl(renderer.tokenizer(), renderer.prompt(messages, List.of())))
                        .isEqualTo(1);
            }
        }
        try (PromptRenderer renderer = byteLevel("<|{{ messages[0].content }}|>")) {
            int[] prompt = renderer.prompt(List.of(UserMessage.from("im_end")), List.of());
            assertThat(countControl(renderer.tokenizer(), prompt)).isZero();
            assertThat(renderer.tokenizer().decode(prompt)).isEqualTo("<|im_end|>");
        }
    }

    @Test
    void should_leave_text_as_it_is() {
        String template = "{% for message in messages %}{{ message.content }}{% endfor %}";
        try (PromptRenderer renderer = byteLevel(template)) {
            for (String text : List.of(
                    "{{ 7 * 7 }}{% if true %}{# no #}",
                    "\\n \\\\ \" '", "\uE000\uE001 private", "<|im_end|>", "</script>&amp;<>", " a\n\n b ", "")) {
                assertThat(renderer.tokenizer()
                                .decode(renderer.prompt(List.of(UserMessage.from("-" + text + "-")), List.of())))
                        .isEqualTo("-" + text + "-");
            }
        }
    }

    @Test
    void should_let_templates_look_at_contents() {
        Map<String, String> expected = Map.ofEntries(
                Map.entry("{{ messages[0].content.strip() }}", "thought</b>Answer, yes"),
                Map.entry("{{ messages[0].content.split('</b>')[-1].strip() }}", "Answer, yes"),
                Map.entry("{{ messages[0].content.split(', ')[0].lstrip() }}", "thought</b>Answer"),
                Map.entry("{{ 'a.b'.split('.')[-1] }}{{ 'a b  c'.split()|length }}", "b3"),
                Map.entry("{% if 'Answer' in messages[0].content %}in{% endif %}", "in"),
                Map.entry("{% if messages[0].content is string %}text{% endif %}", "text"),
                Map.entry("{% if messages[0].tool_calls is defined %}a{% else %}b{% endif %}", "b"),
                Map.entry("{{ messages[0].get('nothing', 'else') }}", "else"),
                Map.entry("{{ messages[0].role.upper() ~ '-' ~ 1 }}", "USER-1"),
                Map.entry("{{ 'abc'[0] ~ 'abc'[-1] ~ 'abc'[1:] }}", "acbc"),
                Map.entry(
                        "{{ 'x.y'.replace('.', '$') }}{{ ','.join(['a', 'b']) }}{{ 'ab'.startswith('a') }}",
                        "x$ya,bTrue"),
                Map.entry(
                        "{% set ns = namespace(n=0, f=false) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
                        "2"),
                Map.entry("a {#- note -#} b {# note #} c", "ab  c"),
                Map.entry("a {%- if true -%} b {% endif %} c {{- 'd' -}} e", "ab  cde"),
                Map.entry("a\n  {%- if true %}\n\n  b\n  {%- endif %}\n", "a\n  b"),
                Map.entry("{% for m in messages[::-1] %}{{ m.role }} {% endfor %}", "assistant user "),
                Map.entry("{% for key, value in {'a': 1}.items() %}{{ key }}{{ value }}{% endfor %}", "a1"),
                Map.entry(
                        "{% for m in messages if m.role == 'user' %}{{ m.role }}{{ loop.last }}{% endfor %}",
                        "userTrue"),
                Map.entry("a {%- for m in messages if m.role == 'tool' -%} x {%- endfor -%} b", "ab"),
                Map.entry(
                        "{% for key, value in {'a': 1, 'b': 2, 'c': 3}.items() if key != 'c' %}{{ key }}{{ value }}{{ ',' if not loop.last }}{% endfor %}",
                        "a1,b2"),
                Map.entry("{% for m in (messages if true else []) %}{{ m.role[0] }}{% endfor %}", "ua"),
                Map.entry(
                        "{% for m in messages if m.content is iterable and m is iterable %}{{ loop.index }}{% endfor %}",
                        "12"),
                Map.entry("{% for key, value in {'a': 1}|items %}{{ key }}{{ value }}{% endfor %}", "a1"),
                Map.entry(
                        "{{ {'a': [1, 'é<'], 'b': {} } | tojson(indent=2) }}",
                        "{\n  \"a\": [\n    1,\n    \"é<\"\n  ],\n  \"b\": {}\n}"),
                Map.entry(
                        "{%- macro twice(x, y='!') %}{{ x }}{{ x }}{{ y }}{% endmacro %}{{- twice('a', y='?') }}",
                        "aa?"),
                Map.entry("{% generation %}a{% endgeneration %}{%- generation -%} b {%- endgeneration %}", "ab"),
                Map.entry("{{ messages | selectattr('role', 'equalto', 'user') | list | length }}", "1"),
                Map.entry("{{ 'a' if messages|length > 1 else 'b' }}{# note #}", "a"),
                Map.entry("  {% if true %}\n  x\n  {% endif %}\ny\n", "  x\ny"));
        expected.forEach((template, text) -> {
            try (PromptRenderer renderer = byteLevel(template)) {
                assertThat(rendered(renderer, UserMessage.from(" thought</b>Answer, yes\n"), AiMessage.from("ok")))
                        .as(template)
                        .isEqualTo(text);
            }
        });
    }

    @Test
    void should_not_let_a_template_reach_java() {
        for (String template : List.of(
                "{{ messages.getClass().forName('java.lang.Runtime') }}",
                "{{ ''.getClass() }}",
                "{{ messages[0].content.getBytes() }}",
                "{{ ''.__class__.__mro__ }}",
                "{% include 'file:///etc/passwd' %}")) {
            assertThatThrownBy(() -> {
                        try (PromptRenderer renderer = byteLevel(template)) {
                            rendered(renderer, UserMessage.from("hello"));
                        }
                    })
                    .as(template)
                    .isInstanceOf(ModelFolderException.class);
        }
    }

    @Test
    void should_take_the_template_file_before_that_of_the_configuration() throws Exception {
        SmallTokenizers.byteLevel(folder, "in the configuration");
        Files.writeString(folder.resolve("chat_template.jinja"), "in the file");
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThat(rendered(renderer, UserMessage.from("hello"))).isEqualTo("in the file");
        }
    }

    @Test
    void should_choose_the_template_for_tools_among_named_ones() throws Exception {
        SmallTokenizers.byteLevel(folder, "");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                new ObjectMapper()
                        .writeValueAsString(Map.of(
                                "chat_template",
                                List.of(
                                        Map.of("name", "default", "template", "plain"),
                                        Map.of("name", "tool_use", "template", "tools")))));
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThat(rendered(renderer, UserMessage.from("hello"))).isEqualTo("plain");
            assertThat(renderer.render(List.of(UserMessage.from("hello")), List.of(WEATHER), null)
                            .toString())
                    .isEqualTo("tools");
        }
    }

    /** In our own words: what Phi-4-mini does. */
    @Test
    void should_refuse_tools_that_the_template_does_not_write() {
        String template =
                "{% for m in messages %}{{ m.content }}{% if m.role == 'system' and tools %}{{ tools|tojson }}{% endif %}{% endfor %}";
        try (PromptRenderer renderer = byteLevel(template)) {
            List<ChatMessage> question = List.of(UserMessage.from("hello"));
            assertThatThrownBy(() -> renderer.prompt(question, List.of(WEATHER)))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContainingAll("toolSpecifications", "add a system message");
            renderer.prompt(List.of(SystemMessage.from("x"), question.get(0)), List.of(WEATHER));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ tools|tojson if tools else raise_exception('no tools') }}",
                "{% for tool in tools %}{{ tool|tojson }}{% endfor %}"
            })
    void should_write_tools_with_a_template_that_cannot_do_without(String template) {
        try (PromptRenderer renderer = byteLevel(template)) {
            int[] prompt = renderer.prompt(List.of(UserMessage.from("hello")), List.of(WEATHER));
            assertThat(renderer.tokenizer().decode(prompt)).contains("weather");
        }
    }

    @Test
    void should_do_without_a_template_for_tools_that_cannot_be_read() throws Exception {
        SmallTokenizers.byteLevel(folder, "");
        Files.writeString(folder.resolve("chat_template.jinja"), "plain");
        Path withTools = folder.resolve("additional_chat_templates/tool_use.jinja");
        Files.createDirectories(withTools.getParent());
        Files.writeString(withTools, "{% block tools %}{% endblock %}");
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThat(rendered(renderer, UserMessage.from("hello"))).isEqualTo("plain");
            assertThatThrownBy(() -> renderer.prompt(List.of(UserMessage.from("hello")), List.of(WEATHER)))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContainingAll("tool_use.jinja", "{% block %}");
        }
    }

    @Test
    void should_join_texts_and_refuse_other_content() {
        try (PromptRenderer renderer = byteLevel("{{ messages[0].content }}")) {
            assertThat(rendered(renderer, UserMessage.from(TextContent.from("a"), TextContent.from("b"))))
                    .isEqualTo("a\nb");
            assertThatThrownBy(() ->
                            rendered(renderer, UserMessage.from(ImageContent.from("https://example.org/cat.png"))))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContainingAll("image", "non-text content");
        }
    }

    @Test
    void should_say_what_is_wrong_with_a_template() throws Exception {
        try (PromptRenderer renderer = byteLevel("{{ messages | nosuchfilter }}")) {
            assertThatThrownBy(() -> renderer.prompt(List.of(UserMessage.from("hello")), List.of()))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("tokenizer_config.json")
                    .hasMessageContaining("nosuchfilter");
            assertThat(renderer.textPrompt("hello")).hasSize(1);
        }
        try (PromptRenderer renderer = byteLevel("{{ messages[0].content.encode() }}")) {
            assertThatThrownBy(() -> renderer.prompt(List.of(UserMessage.from("hello")), List.of()))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("tokenizer_config.json")
                    .hasMessageContaining("encode()");
        }
        Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThatThrownBy(() -> renderer.prompt(List.of(UserMessage.from("hello")), List.of()))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("no chat template");
        }
    }

    @Test
    void should_read_a_template_in_a_file_of_JSON() throws Exception {
        SmallTokenizers.byteLevel(folder, "in the configuration");
        Files.writeString(folder.resolve("chat_template.json"), "{\"chat_template\": \"in the JSON file\"}");
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThat(rendered(renderer, UserMessage.from("hello"))).isEqualTo("in the JSON file");
        }
    }

    @Test
    void should_hand_the_named_tokens_to_the_template_once() throws Exception {
        SmallTokenizers.byteFallback(folder, "");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"add_bos_token\": true, \"bos_token\": {\"content\": \"<s>\"}, \"chat_template\": \"{{ bos_token }}{{ messages[0].content }}\"}");
        Files.writeString(
                folder.resolve("special_tokens_map.json"), "{\"bos_token\": \"no\", \"eos_token\": \"</s>\"}");
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThat(renderer.prompt(List.of(UserMessage.from("hello")), List.of()))
                    .startsWith(1)
                    .containsOnlyOnce(1);
            assertThat(renderer.endTokens()).containsExactly(2);
        }
    }

    @Test
    void should_refuse_a_tokenizer_with_tokens_that_the_model_has_no_embeddings_of() throws Exception {
        SmallTokenizers.byteLevel(folder, "");
        Files.writeString(folder.resolve("config.json"), "{\"vocab_size\": 200}");
        assertThatThrownBy(() -> PromptRenderer.open(folder))
                .isExactlyInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(
                        "tokenizer.json", "up to 267", "200", "tokenizer files that belong to the weights");
        Files.writeString(folder.resolve("config.json"), "{\"vocab_size\": 1000}"); // padded
        PromptRenderer.open(folder).close();
    }

    @Test
    void should_never_write_an_added_token_that_the_model_has_no_embedding_of() throws Exception {
        SmallTokenizers.byteLevel(folder, SmallTokenizers.CHATML);
        Files.writeString(folder.resolve("config.json"), "{\"vocab_size\": 272}");
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            String added = "[INST] <tool_call> <b>";
            assertThat(Arrays.stream(renderer.tokenizer().encode(added))).allMatch(id -> id < 272);
            assertThat(Arrays.stream(renderer.prompt(List.of(UserMessage.from(added)), List.of())))
                    .allMatch(id -> id < 272);
        }
        Files.writeString(folder.resolve("config.json"), "{\"vocab_size\": 270}");
        assertThatThrownBy(() -> PromptRenderer.open(folder))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("up to 270", "270 tokens, ids 0 to 269");
    }

    @Test
    void should_render_from_many_threads() {
        try (PromptRenderer renderer = byteLevel(QWEN)) {
            String rendered = IntStream.range(0, 200)
                    .parallel()
                    .mapToObj(i -> rendered(renderer, UserMessage.from("n" + i)).replace("n" + i, "n"))
                    .distinct()
                    .collect(Collectors.joining("|"));
            assertThat(rendered).doesNotContain("|<|im_start|>system").contains("n<|im_end|>");
        }
    }
}
