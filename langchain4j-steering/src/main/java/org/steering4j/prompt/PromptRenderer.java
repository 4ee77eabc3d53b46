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
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.prompt.jinja.Text;

/**
 * Writes conversations the way a model was trained to read them: messages and tools through the model's own chat template
 * ({@code chat_template.jinja}, {@code chat_template.json}, or {@code chat_template} in {@code tokenizer_config.json}), into token ids. It knows nothing of generation.
 *
 * <p>Text stays text. The template gets the contents as they are, so that it may trim, split, search and compare them, but every character
 * keeps its origin on its way through the template (see {@link Text}): only what the template itself wrote can become a control token.
 *
 * <p>Thread-safe. Closing it closes its tokenizer.
 */
public final class PromptRenderer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Of a mark of thinking at the end of a prompt, white space after it included. */
    private static final int LONGEST_MARK_TOKENS = 16;

    private static final List<String> NAMED_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private static final String DEFAULT_TEMPLATE = "default";
    private static final String TEMPLATE_WITH_TOOLS = "tool_use";
    private static final Set<String> OUR_KEYS = Set.of("role", "type");
    /** What is the template's own under these: templates write it into control tokens. */
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
    private final Thinking thinking;
    /** Null if it is none that we know. */
    private final ToolCallFormat toolCallFormat;

    private PromptRenderer(
            Path folder,
            TextTokenizer tokenizer,
            Map<String, ChatTemplate> templates,
            Map<String, Object> namedTokens,
            Set<Integer> endTokens,
            TextBeginning textBeginning,
            Thinking thinking,
            ToolCallFormat toolCallFormat) {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.templates = templates;
        this.namedTokens = namedTokens;
        this.endTokens = endTokens;
        this.textBeginning = textBeginning;
        this.thinking = thinking;
        this.toolCallFormat = toolCallFormat;
    }

    /**
     * Reads the tokenizer and the chat template of a model folder. A model without chat template can be opened, but not chatted with.
     *
     * @throws ModelFolderException if a file is missing or damaged, or the tokenizer has tokens that the model has no embeddings of
     */
    public static PromptRenderer open(Path folder) {
        JsonNode configuration = readIfPresent(folder.resolve("tokenizer_config.json"));
        Map<String, ChatTemplate> templates = readTemplates(folder, configuration);
        String sources = templates.values().stream().map(ChatTemplate::source).collect(Collectors.joining());
        List<String> marks = new ArrayList<>(ToolCallFormat.allMarks());
        marks.addAll(ThinkingFormat.marks());
        TextTokenizer tokenizer = TextTokenizer.open(folder, sources, marks, embeddingRows(folder));
        try {
            Map<String, Object> namedTokens = namedTokens(folder, configuration);
            return new PromptRenderer(
                    folder,
                    tokenizer,
                    templates,
                    namedTokens,
                    endTokens(folder, tokenizer, namedTokens),
                    TextBeginning.read(folder, tokenizer, (String) namedTokens.get("bos_token")),
                    Thinking.of(templates.values(), tokenizer),
                    ToolCallFormat.of(sources, tokenizer.controlTokens()).orElse(null));
        } catch (Throwable e) {
            tokenizer.close();
            throw e;
        }
    }

    private static OptionalInt embeddingRows(Path folder) {
        JsonNode size = readIfPresent(folder.resolve("config.json")).path("vocab_size");
        return size.isInt() ? OptionalInt.of(size.asInt()) : OptionalInt.empty();
    }

    private static JsonNode readIfPresent(Path file) {
        return Files.exists(file) ? JsonFiles.readObject(file) : MAPPER.createObjectNode();
    }

    /** The files come before the configuration, as in transformers. */
    private static Map<String, ChatTemplate> readTemplates(Path folder, JsonNode configuration) {
        Map<String, ChatTemplate> templates = new HashMap<>();
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            templates.put(DEFAULT_TEMPLATE, templateFile(file));
            Path withTools = folder.resolve("additional_chat_templates").resolve(TEMPLATE_WITH_TOOLS + ".jinja");
            if (Files.exists(withTools)) {
                templates.put(TEMPLATE_WITH_TOOLS, templateFile(withTools));
            }
            return templates;
        }
        Path json = folder.resolve("chat_template.json");
        JsonNode inJson = readIfPresent(json).path("chat_template");
        JsonNode given = inJson.isMissingNode() ? configuration.path("chat_template") : inJson;
        String origin =
                "the chat template in " + (inJson.isMissingNode() ? folder.resolve("tokenizer_config.json") : json);
        if (given.isTextual()) {
            templates.put(DEFAULT_TEMPLATE, new ChatTemplate(given.asText(), origin));
        }
        for (JsonNode named : given) {
            String name = named.path("name").asText();
            if (name.equals(DEFAULT_TEMPLATE) || name.equals(TEMPLATE_WITH_TOOLS)) {
                templates.put(
                        name, new ChatTemplate(named.path("template").asText(), origin + " named \"" + name + "\""));
            }
        }
        return templates;
    }

    private static ChatTemplate templateFile(Path file) {
        try {
            return new ChatTemplate(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new ModelFolderException(file + " cannot be read as UTF-8 text: " + e, e);
        }
    }

    /** {@code bos_token} and its like, which templates may write. */
    private static Map<String, Object> namedTokens(Path folder, JsonNode configuration) {
        JsonNode map = readIfPresent(folder.resolve("special_tokens_map.json"));
        Map<String, Object> tokens = new HashMap<>();
        for (String name : NAMED_TOKENS) {
            JsonNode token = configuration.hasNonNull(name) ? configuration.get(name) : map.path(name);
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

    /** Whether and how the model thinks before it answers. */
    public Thinking thinking() {
        return thinking;
    }

    /** Whether a prompt ends within thinking, so that the answer goes on with it. */
    public boolean opensThinking(int[] prompt) {
        return endsWith(prompt, thinking.format().opening());
    }

    /** Whether a prompt ends with thinking that is over, so that the answer goes on without. */
    public boolean closesThinking(int[] prompt) {
        return endsWith(prompt, thinking.format().closing());
    }

    private boolean endsWith(int[] prompt, String mark) {
        int[] end = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - LONGEST_MARK_TOKENS), prompt.length);
        return thinking.isPossible()
                && tokenizer.decode(end, thinkingMarks()).stripTrailing().endsWith(inText(mark));
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
     * @throws UnsupportedFeatureException if a message holds anything but text, or the template does not write the tools
     * @throws ModelFolderException if the model has no chat template, or it cannot be read, or fails
     */
    public int[] prompt(List<ChatMessage> messages, List<ToolSpecification> tools) {
        return prompt(messages, tools, null);
    }

    /**
     * As {@link #prompt(List, List)}.
     *
     * @param think what the template's switch of thinking is, if it has one; null leaves it to the template
     * @throws UnsupportedFeatureException also if the template does not heed its switch with these messages, and does otherwise
     */
    public int[] prompt(List<ChatMessage> messages, List<ToolSpecification> tools, Boolean think) {
        return prompt(messages, tools, think, tokens -> {});
    }

    /**
     * As {@link #prompt(List, List, Boolean)}.
     *
     * @param leastTokens is told how many tokens the prompt has at least, before any work is spent on turning it into tokens; it may throw
     */
    public int[] prompt(
            List<ChatMessage> messages, List<ToolSpecification> tools, Boolean think, LongConsumer leastTokens) {
        Text prompt = render(messages, tools, think);
        leastTokens.accept(tokenizer.leastTokens(prompt));
        if (!tools.isEmpty() && prompt.equals(renderedIfPossible(messages, List.of(), think))) {
            throw new UnsupportedFeatureException(
                    "toolSpecifications are not supported with these messages: the model's chat template writes the same with them as without;"
                            + " add a system message, behind which some templates write them, or leave them out");
        }
        int[] tokens = tokenizer.encode(prompt);
        if (think != null
                && thinking.switchable()
                && think != thinksAfter(tokens)
                && prompt.equals(renderedIfPossible(messages, tools, !think))) {
            throw new UnsupportedFeatureException(
                    "think %s is not supported with these messages: the model's chat template writes the same with think %s, as some do with a system message or tools; leave these out, or think"
                            .formatted(think, !think));
        }
        return tokens;
    }

    private boolean thinksAfter(int[] prompt) {
        return opensThinking(prompt) || thinking.usual() && !closesThinking(prompt);
    }

    /** Null if the template cannot: then it does not write the same. */
    private Text renderedIfPossible(List<ChatMessage> messages, List<ToolSpecification> tools, Boolean think) {
        try {
            return render(messages, tools, think);
        } catch (InvalidRequestException | ModelFolderException e) {
            return null;
        }
    }

    /**
     * The prompt that asks for the next message of the assistant, without thinking: the template is told so, if it can be; thinking that it
     * opens all the same is closed, empty as it is, as templates write an answer without.
     *
     * @throws dev.langchain4j.exception.InvalidRequestException as {@link #prompt(List, List)}
     * @throws ModelFolderException as {@link #prompt(List, List)}
     */
    public int[] promptWithoutThinking(List<ChatMessage> messages) {
        Text prompt = render(messages, List.of(), thinking.switchable() ? false : null);
        int[] tokens = tokenizer.encode(prompt);
        return opensThinking(tokens)
                ? tokenizer.encode(prompt.plus(Text.own("\n" + thinking.format().closing() + "\n\n")))
                : tokens;
    }

    /** What the template writes. */
    Text render(List<ChatMessage> messages, List<ToolSpecification> tools, Boolean think) {
        ToolTurns.requireKnownCalls(messages);
        List<ChatMessage> turns =
                toolCallFormat == ToolCallFormat.LLAMA ? ToolTurns.oneCallAtATime(messages) : messages;
        Map<String, Object> variables = new HashMap<>(namedTokens);
        variables.put(
                "messages",
                turns.stream()
                        .map(PromptRenderer::dictionary)
                        .map(PromptRenderer::withOrigin)
                        .toList());
        // As transformers do: what there is none of is none, not undefined.
        variables.put(
                "tools",
                tools.isEmpty()
                        ? null
                        : tools.stream()
                                .map(PromptRenderer::function)
                                .map(PromptRenderer::withOrigin)
                                .toList());
        variables.put("documents", null);
        variables.put("add_generation_prompt", true);
        if (think != null) {
            thinking.switchName().ifPresent(name -> variables.put(name, think));
        }
        return template(!tools.isEmpty()).render(variables);
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
                    + " has no chat template (neither chat_template.jinja nor chat_template.json nor chat_template in tokenizer_config.json): use the"
                    + " model's instruct or chat variant, or add the template");
        }
        return template;
    }

    /**
     * Reads the answer to a prompt.
     *
     * @param prompt the thinking that it opens is none of the answer's text
     * @param stopSequences texts before which the answer is cut; a tool call's mark that is a control token is no text
     * @param tools that may be called; if there are none, or it is not known how the model calls them, tool calls are text
     * @param formed whether the answer is held to tool calls or JSON, so that it is one or the other as a whole: JSON that quotes a tool call
     *     is JSON. Only in Llama's format, which has no mark, they may look alike: an object of a tool's name and {@code parameters}, and
     *     nothing else, is a call
     */
    public AnswerReader answerReader(
            int[] prompt, List<String> stopSequences, List<ToolSpecification> tools, boolean formed) {
        Map<String, String> shown = new HashMap<>();
        UnaryOperator<String> spelled = UnaryOperator.identity();
        ToolCallScanner toolCalls = null;
        if (!tools.isEmpty() && toolCallFormat != null) {
            ToolCallMarks marks = ToolCallMarks.of(toolCallFormat, tokenizer);
            shown.putAll(marks.characters());
            spelled = marks::spelled;
            Set<String> names = tools.stream().map(ToolSpecification::name).collect(Collectors.toSet());
            toolCalls = new ToolCallScanner(marks, names, formed);
        }
        // Always: some models think of whom neither template nor tokenizer tells it.
        ThinkingFormat format = thinking.format();
        shown.put(format.opening(), inText(format.opening()));
        shown.put(format.closing(), inText(format.closing()));
        ThinkingScanner thoughts = new ThinkingScanner(format, this::inText, opensThinking(prompt), spelled);
        return new AnswerReader(tokenizer.decoder(shown), thoughts, new StopSequences(stopSequences), toolCalls);
    }

    /** What stands for a mark of thinking in decoded text, as {@link ToolCallMarks} has it: a character of its own, if it is a token. */
    private String inText(String mark) {
        return tokenizer.controlToken(mark).isEmpty()
                ? mark
                : String.valueOf((char)
                        (Character.MAX_LOW_SURROGATE - ThinkingFormat.marks().indexOf(mark)));
    }

    private Map<Integer, String> thinkingMarks() {
        Map<Integer, String> marks = new HashMap<>();
        for (String mark : ThinkingFormat.marks()) {
            tokenizer.controlToken(mark).ifPresent(token -> marks.put(token, inText(mark)));
        }
        return marks;
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
            if (assistant.thinking() != null) {
                dictionary.put("reasoning_content", assistant.thinking());
            }
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

    /** A copy in which every text is foreign that is not ours: all but roles and types. */
    private static Object withOrigin(Object value) {
        if (value instanceof String text) {
            return Text.foreign(text);
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().map(PromptRenderer::withOrigin).collect(Collectors.toList());
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> {
                boolean ours = item instanceof String word && OUR_KEYS.contains(key) && OUR_WORDS.contains(word);
                copy.put(withOrigin(key), ours ? item : withOrigin(item));
            });
            return copy;
        }
        return value;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
