package org.steering4j.prompt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolderException;

/**
 * Writes conversations the way a model was trained to read them: messages and tools through the model's own chat template
 * ({@code chat_template.jinja}, or {@code chat_template} in {@code tokenizer_config.json}), into token ids. It knows nothing of generation.
 *
 * <p>Text stays text. The template gets the real contents, so that it may trim, split and compare them, but with an invisible guard
 * character (a private-use character that no content holds) at both ends and wherever a control token might begin. Whatever the template
 * makes of them, a control token in its output that holds anything of a content is broken by a guard and so is not taken for one; then the
 * guards are removed. The price: a template that looks for a control token within a content does not find it.
 *
 * <p>Thread-safe. Closing it closes its tokenizer.
 */
public final class PromptRenderer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final char FIRST_PRIVATE_USE = '\uE000';
    private static final char LAST_PRIVATE_USE = '\uF8FF';
    private static final String DEFAULT_TEMPLATE = "default";
    private static final String TEMPLATE_WITH_TOOLS = "tool_use";
    private static final Set<String> ID_KEYS = Set.of("id", "tool_call_id");
    private static final Set<String> OUR_KEYS = Set.of("role", "type");
    /** What may stand unguarded under these: templates compare it, and write it into control tokens. */
    private static final Set<String> OUR_WORDS = Set.of(
            "system",
            "user",
            "assistant",
            "tool",
            "function",
            "object",
            "string",
            "integer",
            "number",
            "boolean",
            "array",
            "null");

    private final Path folder;
    private final TextTokenizer tokenizer;
    private final Map<String, ChatTemplate> templates;
    private final Map<String, Object> namedTokens;
    private final Set<Integer> endTokens;
    private final TextBeginning textBeginning;
    /** Null if it is none that we know. */
    private final ToolCallFormat toolCallFormat;

    /** The first characters of all control tokens. */
    private final String beginnings;

    private PromptRenderer(
            Path folder,
            TextTokenizer tokenizer,
            Map<String, ChatTemplate> templates,
            Map<String, Object> namedTokens,
            Set<Integer> endTokens,
            TextBeginning textBeginning,
            ToolCallFormat toolCallFormat) {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.templates = templates;
        this.namedTokens = namedTokens;
        this.endTokens = endTokens;
        this.textBeginning = textBeginning;
        this.toolCallFormat = toolCallFormat;
        this.beginnings = tokenizer.controlTokens().stream()
                .map(token -> token.substring(0, 1))
                .distinct()
                .collect(Collectors.joining());
    }

    /**
     * Reads the tokenizer and the chat template of a model folder. A model without chat template can be opened, but not chatted with.
     *
     * @throws ModelFolderException if a file is missing or damaged
     */
    public static PromptRenderer open(Path folder) {
        JsonNode configuration = readIfPresent(folder.resolve("tokenizer_config.json"));
        Map<String, ChatTemplate> templates = readTemplates(folder, configuration);
        String sources = templates.values().stream().map(ChatTemplate::source).collect(Collectors.joining());
        TextTokenizer tokenizer = TextTokenizer.open(folder, sources, ToolCallFormat.allMarks());
        try {
            Map<String, Object> namedTokens = namedTokens(configuration);
            return new PromptRenderer(
                    folder,
                    tokenizer,
                    templates,
                    namedTokens,
                    endTokens(folder, tokenizer, namedTokens),
                    TextBeginning.read(folder, tokenizer, (String) namedTokens.get("bos_token")),
                    ToolCallFormat.of(sources, tokenizer.controlTokens()).orElse(null));
        } catch (Throwable e) {
            tokenizer.close();
            throw e;
        }
    }

    private static JsonNode readIfPresent(Path file) {
        return Files.exists(file) ? JsonFiles.readObject(file) : MAPPER.createObjectNode();
    }

    private static Map<String, ChatTemplate> readTemplates(Path folder, JsonNode configuration) {
        Path file = folder.resolve("chat_template.jinja");
        Map<String, ChatTemplate> templates = new HashMap<>();
        JsonNode inConfiguration = configuration.path("chat_template");
        String origin = "the chat template in " + folder.resolve("tokenizer_config.json");
        if (Files.exists(file)) {
            try {
                templates.put(DEFAULT_TEMPLATE, new ChatTemplate(Files.readString(file), file.toString()));
            } catch (IOException e) {
                throw new ModelFolderException(file + " cannot be read as UTF-8 text: " + e, e);
            }
        } else if (inConfiguration.isTextual()) {
            templates.put(DEFAULT_TEMPLATE, new ChatTemplate(inConfiguration.asText(), origin));
        }
        for (JsonNode named : inConfiguration) {
            String name = named.path("name").asText();
            templates.putIfAbsent(
                    name, new ChatTemplate(named.path("template").asText(), origin + " named \"" + name + "\""));
        }
        return templates;
    }

    /** {@code bos_token} and its like, which templates may write. */
    private static Map<String, Object> namedTokens(JsonNode configuration) {
        Map<String, Object> tokens = new HashMap<>();
        for (String name : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            JsonNode token = configuration.path(name);
            String content = token.isObject() ? token.path("content").asText() : token.asText("");
            if (!content.isEmpty()) {
                tokens.put(name, content);
            }
        }
        return tokens;
    }

    /** The tokenizer's own end token first: it is the one that ends a turn. */
    private static Set<Integer> endTokens(Path folder, TextTokenizer tokenizer, Map<String, Object> namedTokens) {
        Set<Integer> endTokens = new LinkedHashSet<>();
        if (namedTokens.get("eos_token") instanceof String content) {
            tokenizer.controlToken(content).ifPresent(endTokens::add);
        }
        for (String file : List.of("generation_config.json", "config.json")) {
            JsonNode ids = readIfPresent(folder.resolve(file)).path("eos_token_id");
            if (ids.isInt()) {
                endTokens.add(ids.asInt());
            }
            ids.forEach(id -> endTokens.add(id.asInt()));
        }
        return Collections.unmodifiableSet(endTokens);
    }

    /**
     * The tokens that end an answer, each of which the model may give: {@code eos_token} of {@code tokenizer_config.json}, which comes
     * first, and {@code eos_token_id} of {@code generation_config.json} and {@code config.json}.
     */
    public Set<Integer> endTokens() {
        return endTokens;
    }

    /** Whether the chat template writes tools at all; one that does not would drop them silently. */
    public boolean writesTools() {
        return templates.containsKey(TEMPLATE_WITH_TOOLS)
                || templates.values().stream()
                        .anyMatch(template -> template.source().contains("tools"));
    }

    /** How the model writes tool calls; empty if neither its chat template nor its tokenizer has the marks of a format that is known. */
    public Optional<ToolCallFormat> toolCallFormat() {
        return Optional.ofNullable(toolCallFormat);
    }

    /** The tokenizer of the same folder; closed with this. */
    public TextTokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * The prompt that asks for the next message of the assistant.
     *
     * @param tools what the assistant may call; may be empty
     * @throws dev.langchain4j.exception.InvalidRequestException if the template refuses the messages, such as two of the user in a row, or
     *     a tool result answers a call that no earlier message makes
     * @throws UnsupportedFeatureException if a message holds anything but text
     * @throws ModelFolderException if the model has no chat template, or it fails
     */
    public int[] prompt(List<ChatMessage> messages, List<ToolSpecification> tools) {
        Rendered rendered = render(messages, tools);
        return tokenizer.encodeGuarded(rendered.text(), rendered.guard());
    }

    /** What a template wrote, guards and all. */
    record Rendered(String text, char guard) {

        String withoutGuards() {
            return text.replace(String.valueOf(guard), "");
        }
    }

    Rendered render(List<ChatMessage> messages, List<ToolSpecification> tools) {
        ToolTurns.requireKnownCalls(messages);
        List<ChatMessage> turns =
                toolCallFormat == ToolCallFormat.LLAMA ? ToolTurns.oneCallAtATime(messages) : messages;
        List<Map<String, Object>> conversation =
                turns.stream().map(PromptRenderer::dictionary).toList();
        List<Map<String, Object>> functions =
                tools.stream().map(PromptRenderer::function).toList();
        char guard = unusedCharacter(List.of(conversation, functions));

        Map<String, Object> variables = new HashMap<>(namedTokens);
        variables.put("messages", guarded(conversation, guard));
        if (!tools.isEmpty()) {
            variables.put("tools", guarded(functions, guard));
        }
        variables.put("add_generation_prompt", true);
        return new Rendered(template(!tools.isEmpty()).render(variables), guard);
    }

    /**
     * A text to be continued as it is, without chat template: after the beginning-of-text token, if the model's tokenizer puts one there.
     * An empty text is that token alone.
     *
     * @throws ModelFolderException if the text is empty and the model names no such token
     */
    public int[] textPrompt(String text) {
        int[] tokens = tokenizer.encode(text);
        if (tokens.length > 0 && !textBeginning.always()) {
            return tokens;
        }
        if (textBeginning.token().isEmpty()) {
            throw new ModelFolderException(
                    folder
                            + " names no beginning-of-text token (bos_token_id in config.json) for an empty text to stand for: give a text");
        }
        int[] whole = new int[tokens.length + 1];
        whole[0] = textBeginning.token().getAsInt();
        System.arraycopy(tokens, 0, whole, 1, tokens.length);
        return whole;
    }

    private ChatTemplate template(boolean withTools) {
        ChatTemplate template = templates.get(DEFAULT_TEMPLATE);
        if (template == null || (withTools && templates.containsKey(TEMPLATE_WITH_TOOLS))) {
            template = templates.get(TEMPLATE_WITH_TOOLS);
        }
        if (template == null) {
            throw new ModelFolderException(folder
                    + " has no chat template (neither chat_template.jinja nor chat_template in tokenizer_config.json): use the"
                    + " model's instruct or chat variant, or add the template");
        }
        return template;
    }

    /**
     * Reads the answer to a prompt.
     *
     * @param stopSequences texts before which the answer is cut; a tool call's mark that is a control token is no text
     * @param tools that may be called; if there are none, or it is not known how the model calls them, tool calls are text
     * @param formed whether the answer is held to tool calls or JSON, so that it is one or the other as a whole: JSON that quotes a tool call
     *     is JSON. Only in Llama's format, which has no mark, they may look alike: an object of a tool's name and {@code parameters}, and
     *     nothing else, is a call
     */
    public AnswerReader answerReader(List<String> stopSequences, List<ToolSpecification> tools, boolean formed) {
        StopSequences stops = new StopSequences(stopSequences);
        if (tools.isEmpty() || toolCallFormat == null) {
            return new AnswerReader(tokenizer.decoder(), stops, null);
        }
        Set<String> names = tools.stream().map(ToolSpecification::name).collect(Collectors.toSet());
        ToolCallMarks marks = ToolCallMarks.of(toolCallFormat, tokenizer);
        return new AnswerReader(
                tokenizer.decoder(marks.characters()), stops, new ToolCallScanner(marks, names, formed));
    }

    private static Map<String, Object> dictionary(ChatMessage message) {
        Map<String, Object> dictionary = new LinkedHashMap<>();
        if (message instanceof SystemMessage system) {
            dictionary.put("role", "system");
            dictionary.put("content", system.text());
        } else if (message instanceof UserMessage user) {
            dictionary.put("role", "user");
            dictionary.put("content", text(user.contents()));
        } else if (message instanceof AiMessage assistant) {
            dictionary.put("role", "assistant");
            dictionary.put("content", assistant.text() == null ? "" : assistant.text());
            if (assistant.hasToolExecutionRequests()) {
                dictionary.put(
                        "tool_calls",
                        assistant.toolExecutionRequests().stream()
                                .map(PromptRenderer::toolCall)
                                .toList());
            }
        } else if (message instanceof ToolExecutionResultMessage result) {
            dictionary.put("role", "tool");
            dictionary.put("name", result.toolName());
            if (result.id() != null) {
                dictionary.put("tool_call_id", result.id());
            }
            dictionary.put("content", text(result.contents()));
        } else {
            throw new UnsupportedFeatureException("messages of type " + message.type()
                    + " are not supported by this model: use system, user, assistant or tool messages");
        }
        return dictionary;
    }

    private static String text(List<Content> contents) {
        return contents.stream()
                .map(content -> {
                    if (content instanceof TextContent text) {
                        return text.text();
                    }
                    throw new UnsupportedFeatureException(
                            "%s content is not supported: this model reads text only; leave non-text content out, of messages and of tool results"
                                    .formatted(content.type().name().toLowerCase(Locale.ROOT)));
                })
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, Object> toolCall(ToolExecutionRequest request) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", request.name());
        function.put("arguments", arguments(request.arguments()));
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("type", "function");
        if (request.id() != null) {
            call.put("id", request.id());
        }
        call.put("function", function);
        return call;
    }

    /** As a dictionary, which is what templates expect; what is no JSON object stays a string. */
    private static Object arguments(String json) {
        try {
            return json == null || json.isBlank()
                    ? Map.of()
                    : MAPPER.readValue(json, new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (JacksonException e) {
            return json;
        }
    }

    /** A tool in the form of OpenAI and Hugging Face. */
    private static Map<String, Object> function(ToolSpecification tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description() == null ? "" : tool.description());
        function.put(
                "parameters",
                tool.parameters() == null ? noParameters() : JsonSchemaElementUtils.toMap(tool.parameters()));
        Map<String, Object> dictionary = new LinkedHashMap<>();
        dictionary.put("type", "function");
        dictionary.put("function", function);
        return dictionary;
    }

    private static Map<String, Object> noParameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("type", "object");
        parameters.put("properties", Map.of());
        return parameters;
    }

    private static char unusedCharacter(Object value) {
        String everything = PythonJson.write(value, null);
        for (char c = FIRST_PRIVATE_USE; c <= LAST_PRIVATE_USE; c++) {
            if (everything.indexOf(c) < 0) {
                return c;
            }
        }
        throw new IllegalArgumentException(
                "the messages hold all 6,400 private-use characters (U+E000 to U+F8FF): leave out at least one");
    }

    /** A copy with guards in every text that is not ours: all but roles, types, and ids that do no harm. */
    private Object guarded(Object value, char guard) {
        if (value instanceof String text) {
            return guarded(text, guard);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(guarded(item, guard)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> {
                boolean ours = item instanceof String word
                        && (OUR_KEYS.contains(key) && OUR_WORDS.contains(word)
                                || ID_KEYS.contains(key) && isHarmless(word));
                copy.put(
                        key instanceof String text ? guardedInside(text, guard) : key,
                        ours ? item : guarded(item, guard));
            });
            return copy;
        }
        return value;
    }

    /** Whether no control token can lie in it, hold it, begin or end in it, so that it needs no guards: templates of Mistral measure ids. */
    private boolean isHarmless(String id) {
        return tokenizer.controlTokens().stream()
                .noneMatch(
                        token -> token.contains(id) || id.contains(token) || overlap(id, token) || overlap(token, id));
    }

    /** Whether a text may begin before the other ends. */
    private static boolean overlap(String first, String second) {
        for (int length = 1; length < Math.min(first.length(), second.length()); length++) {
            if (first.endsWith(second.substring(0, length))) {
                return true;
            }
        }
        return false;
    }

    private String guarded(String text, char guard) {
        String core = PythonObjects.strip(text);
        if (core.isEmpty()) {
            return text;
        }
        int start = text.indexOf(core);
        return text.substring(0, start)
                + guard
                + guardedInside(core, guard)
                + guard
                + text.substring(start + core.length());
    }

    private String guardedInside(String text, char guard) {
        StringBuilder guarded = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            guarded.append(c);
            if (beginnings.indexOf(c) >= 0) {
                guarded.append(guard);
            }
        }
        return guarded.toString();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
