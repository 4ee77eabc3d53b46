package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolder;
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
    /** Of what a template may write of the thinking itself. */
    private static final int LONGEST_BEGINNING_TOKENS = 64;

    private final Path folder;
    private final TextTokenizer tokenizer;
    private final ChatTemplates templates;
    private final TemplateHabits habits;
    private final Set<Integer> endTokens;
    private final TextBeginning textBeginning;
    private final Thinking thinking;

    private PromptRenderer(
            Path folder,
            TextTokenizer tokenizer,
            ChatTemplates templates,
            TemplateHabits habits,
            Set<Integer> endTokens,
            TextBeginning textBeginning,
            Thinking thinking) {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.templates = templates;
        this.habits = habits;
        this.endTokens = endTokens;
        this.textBeginning = textBeginning;
        this.thinking = thinking;
    }

    /**
     * Reads the tokenizer and the chat template of a model folder. A model without chat template can be opened, but not chatted with.
     *
     * @param given the folder, or what {@link ModelFolder#find} takes for one
     * @throws ModelFolderException if a file is missing or damaged, or the tokenizer has tokens that the model has no embeddings of
     */
    public static PromptRenderer open(Path given) {
        Path folder = ModelFolder.find(given);
        JsonNode configuration = readIfPresent(folder.resolve("tokenizer_config.json"));
        ChatTemplates templates = ChatTemplates.read(folder, configuration);
        List<String> marks = new ArrayList<>(ToolCallFormat.allMarks());
        marks.addAll(ThinkingFormat.marks());
        TextTokenizer tokenizer = TextTokenizer.open(folder, templates.sources(), marks, embeddingRows(folder));
        try {
            Thinking thinking = Thinking.of(templates.all(), tokenizer);
            TemplateHabits habits = TemplateHabits.of(templates, tokenizer, thinking.format());
            TokenIds ids = new TokenIds(embeddingRows(folder));
            return new PromptRenderer(
                    folder,
                    tokenizer,
                    templates,
                    habits,
                    endTokens(folder, tokenizer, templates.namedToken("eos_token"), habits.endTokens(), ids),
                    TextBeginning.read(folder, tokenizer, templates.namedToken("bos_token"), ids),
                    thinking);
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

    /** Those of the template first: they are what ends a turn. Then the tokenizer's own. */
    private static Set<Integer> endTokens(
            Path folder, TextTokenizer tokenizer, String tokenOfTokenizer, Set<String> tokensOfTemplate, TokenIds ids) {
        Set<Integer> endTokens = new LinkedHashSet<>();
        tokensOfTemplate.forEach(content -> tokenizer.controlToken(content).ifPresent(endTokens::add));
        if (tokenOfTokenizer != null) {
            tokenizer.controlToken(tokenOfTokenizer).ifPresent(endTokens::add);
        }
        for (String file : List.of("generation_config.json", "config.json")) {
            Path path = folder.resolve(file);
            endTokens.addAll(ids.list(path, readIfPresent(path), "eos_token_id"));
        }
        return Collections.unmodifiableSet(endTokens);
    }

    /**
     * The tokens that end an answer, each of which the model may give: the control tokens that the chat template writes behind messages of
     * the assistant, the one behind an ordinary answer first, {@code eos_token} of {@code tokenizer_config.json}, and {@code eos_token_id} of
     * {@code generation_config.json} and {@code config.json}.
     */
    public Set<Integer> endTokens() {
        return endTokens;
    }

    /** Whether the chat template writes tools at all; one that does not would drop them silently. */
    public boolean writesTools() {
        return templates.writeTools();
    }

    /**
     * How the model writes tool calls, which is how its chat template writes those of earlier turns; of a template that leaves these out, what
     * it tells of them, or else the marks that the tokenizer has. Empty if that is no format that is known.
     */
    public Optional<ToolCallFormat> toolCallFormat() {
        return Optional.ofNullable(habits.toolCallFormat());
    }

    /** Whether and how the model thinks before it answers. */
    public Thinking thinking() {
        return thinking;
    }

    /**
     * Whether a prompt ends within thinking, so that the answer goes on with it: the thinking was opened and not closed, or the model's chat
     * template writes thinking without a mark before it.
     */
    public boolean opensThinking(int[] prompt) {
        return endsWith(prompt, thinking.format().opening())
                || opensThinkingBefore(prompt)
                || habits.thinkingUnopened() && !closesThinking(prompt);
    }

    /** Whether the last token of a mark opens thinking, and text of it follows. */
    private boolean opensThinkingBefore(int[] prompt) {
        if (thinking.openingToken().isEmpty()) {
            return false;
        }
        for (int i = prompt.length - 1; i >= Math.max(0, prompt.length - LONGEST_BEGINNING_TOKENS); i--) {
            if (prompt[i] == thinking.openingToken().getAsInt()) {
                return thinking.isPossible();
            }
            if (endTokens.contains(prompt[i])
                    || prompt[i] == thinking.closingToken().orElse(-1)) {
                return false;
            }
        }
        return false;
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

    /**
     * How many of a prompt's first tokens are those of its leading system message and of what the template writes with it, such as the tools:
     * they are the same whatever is said afterwards. 0 if no system message leads.
     *
     * @param prompt what {@link #prompt(List, List, Boolean)} gave for the same messages, tools and thinking
     */
    public int systemMessageTokens(
            int[] prompt, List<ChatMessage> messages, List<ToolSpecification> tools, Boolean think) {
        if (messages.isEmpty() || !(messages.get(0) instanceof SystemMessage)) {
            return 0;
        }
        int common = prompt.length;
        // What the prompt has in common with both is none of what is said: their words differ from the first letter on.
        for (String words : List.of("a", "b")) {
            Text other = renderedIfPossible(List.of(messages.get(0), UserMessage.from(words)), tools, think);
            int[] tokens = other == null ? new int[0] : tokenizer.encode(other);
            int mismatch = Arrays.mismatch(prompt, tokens);
            common = mismatch < 0 ? common : Math.min(common, mismatch);
        }
        return common;
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
        List<ChatMessage> turns = habits.oneCallAtATime() ? ToolTurns.oneCallAtATime(messages) : messages;
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", TemplateMessages.messages(turns, habits.argumentsAsText()));
        variables.put("tools", TemplateMessages.tools(tools));
        variables.put("add_generation_prompt", true);
        if (think != null) {
            thinking.switchName().ifPresent(name -> variables.put(name, think));
        }
        return templates.render(!tools.isEmpty(), variables);
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
        return answerReader(prompt, stopSequences, tools, formed, false);
    }

    /**
     * As {@link #answerReader(int[], List, List, boolean)}.
     *
     * <p>Some models think without a mark before it, and only close it. Where the chat template knows of thinking, what may turn out to be
     * thought is held back until that is known. Where only the tokenizer has a token that closes thinking, nearly all that comes is an answer,
     * which to hold back would be no streaming any more: so then it is held back only if nobody waits for it.
     *
     * @param whole whether nobody looks at the answer before it is complete
     */
    public AnswerReader answerReader(
            int[] prompt, List<String> stopSequences, List<ToolSpecification> tools, boolean formed, boolean whole) {
        Map<String, String> shown = new HashMap<>();
        UnaryOperator<String> spelled = UnaryOperator.identity();
        Supplier<ToolCallScanner> toolCalls = () -> null;
        if (!tools.isEmpty() && habits.toolCallFormat() != null) {
            ToolCallMarks marks = ToolCallMarks.of(habits.toolCallFormat(), tokenizer);
            shown.putAll(marks.characters());
            spelled = marks::spelled;
            toolCalls = () -> new ToolCallScanner(marks, tools, formed);
        }
        // Always: some models think of whom neither template nor tokenizer tells it.
        ThinkingFormat format = thinking.format();
        shown.put(format.opening(), inText(format.opening()));
        shown.put(format.closing(), inText(format.closing()));
        boolean open = opensThinking(prompt);
        boolean maybeUnopened = !open && !formed && !closesThinking(prompt) && thinking.mayBeUnopened(whole);
        ThinkingScanner thoughts = new ThinkingScanner(format, this::inText, open, maybeUnopened, spelled);
        return new AnswerReader(tokenizer.decoder(shown), thoughts, () -> new StopSequences(stopSequences), toolCalls);
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

    @Override
    public void close() {
        tokenizer.close();
    }
}
