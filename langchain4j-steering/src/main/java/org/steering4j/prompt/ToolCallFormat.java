package org.steering4j.prompt;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a model writes tool calls. A model has one format: the one in which its chat template writes the calls of earlier turns. */
public enum ToolCallFormat {

    /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}, as Hermes and Qwen. */
    HERMES("<tool_call>", "</tool_call>", "", "arguments", Body.OBJECT),

    /**
     * {@code <tool_call><function=name><parameter=key>value</parameter></function></tool_call>}, as Qwen3-Coder: values are text, whose types
     * the tool's parameters tell.
     */
    FUNCTION_TAGS("<tool_call>", "</tool_call>", "", "", Body.TAGS),

    /**
     * <code>{"name": ..., "parameters": {...}}</code>, as Llama 3: at the beginning of an answer, or after {@code <|python_tag|>}; several
     * have semicolons or white space between.
     */
    LLAMA("<|python_tag|>", "", "", "parameters", Body.OBJECT),

    /** <code>{"name": ..., "arguments": {...}}</code> at the beginning of an answer, several as with Llama 3. */
    PLAIN_OBJECT("", "", "", "arguments", Body.OBJECT),

    /**
     * {@code <|tool_call|>[{"name": ..., "arguments": {...}}, ...]}, as Granite 3; Phi-4-mini puts {@code <|/tool_call|>} behind the list.
     */
    PIPED_LIST("<|tool_call|>", "", "<|/tool_call|>", "arguments", Body.OBJECT_LIST),

    /** {@code <tool_call>[{"name": ..., "arguments": {...}}, ...]}, as Granite 3.1: its chat template names no mark that closes. */
    TAGGED_LIST("<tool_call>", "", "</tool_call>", "arguments", Body.OBJECT_LIST),

    /** {@code <TOOLCALL>[{"name": ..., "arguments": {...}}, ...]</TOOLCALL>}, as Nemotron. */
    NEMOTRON_LIST("<TOOLCALL>", "", "</TOOLCALL>", "arguments", Body.OBJECT_LIST),

    /** {@code [TOOL_CALLS] [{"name": ..., "arguments": {...}}, ...]}, as Mistral's models up to 2024. */
    MISTRAL_LIST("[TOOL_CALLS]", "", "", "arguments", Body.OBJECT_LIST),

    /** {@code [TOOL_CALLS]name[ARGS]{...}}, as Mistral's models from 2025 on; some put {@code [CALL_ID]} and an id behind the name. */
    MISTRAL_NAMED("[TOOL_CALLS]", "", "", "", Body.NAMED),

    /** {@code [{"name": ..., "arguments": {...}}, ...]} at the beginning of an answer, perhaps in a code fence, as xLAM and Hammer. */
    PLAIN_LIST("", "", "", "arguments", Body.OBJECT_LIST),

    /**
     * {@code [name(key=value, ...), ...]} with Python's literals, as ToolACE and Llama 3.2: at the beginning of an answer, or, as Llama 4, after
     * {@code <|python_start|>} and before {@code <|python_end|>}.
     */
    PYTHON_LIST("<|python_start|>", "", "<|python_end|>", "", Body.PYTHON_LIST),

    /** {@code <|tool_call_start|>[name(key=value, ...), ...]<|tool_call_end|>}, as LFM2. */
    MARKED_PYTHON_LIST("<|tool_call_start|>", "", "<|tool_call_end|>", "", Body.PYTHON_LIST);

    /** What stands between the marks. */
    private enum Body {
        OBJECT,
        OBJECT_LIST,
        PYTHON_LIST,
        NAMED,
        TAGS
    }

    /** What follows a name that stands outside the JSON. */
    public static final String ARGUMENTS_MARK = "[ARGS]";

    static final String CALL_ID_MARK = "[CALL_ID]";

    private static final Pattern PYTHON_EXAMPLE = Pattern.compile("\\[\\s*[\\w.]+\\(\\s*\\w+\\s*=[^\\n\\]]*\\]");
    private static final Pattern OBJECT_EXAMPLE =
            Pattern.compile("(\\[\\s*)?\\{\\s*\"name\"\\s*:[^{}:]*,\\s*\"(arguments|parameters)\"\\s*:");

    private final String opening;
    private final String closing;
    private final String afterList;
    private final String argumentsKey;
    private final Body body;

    ToolCallFormat(String opening, String closing, String afterList, String argumentsKey, Body body) {
        this.opening = opening;
        this.closing = closing;
        this.afterList = afterList;
        this.argumentsKey = argumentsKey;
        this.body = body;
    }

    /** The mark before a call, or before a list of them; empty if there is none. */
    public String opening() {
        return opening;
    }

    /** The mark after each call; empty if there is none. */
    public String closing() {
        return closing;
    }

    /** What may stand behind a list of calls; empty if nothing does. */
    public String afterList() {
        return afterList;
    }

    /** What arguments are called in a call's JSON; empty if a call is no JSON, or they are all of it. */
    public String argumentsKey() {
        return argumentsKey;
    }

    /** What the model may write as tokens of their own. */
    public Set<String> marks() {
        Stream<String> named = this == MISTRAL_NAMED ? Stream.of(CALL_ID_MARK, ARGUMENTS_MARK) : Stream.empty();
        return Stream.concat(Stream.of(opening, closing, afterList), named)
                .filter(mark -> !mark.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a call, or a list of them, may stand at the beginning of an answer without a mark. */
    boolean markIsOptional() {
        return this == LLAMA || this == PLAIN_OBJECT || this == PLAIN_LIST || this == PYTHON_LIST;
    }

    /** Whether the calls stand in one list. */
    boolean isList() {
        return body == Body.OBJECT_LIST || body == Body.PYTHON_LIST;
    }

    /** Whether a call is written as Python calls a function. */
    boolean isPython() {
        return body == Body.PYTHON_LIST;
    }

    /** Whether several calls have something between them: those of a list, and those without a mark that closes. */
    boolean isSeparated() {
        return isList() || this == LLAMA || this == PLAIN_OBJECT;
    }

    /** The marks of all formats. */
    static List<String> allMarks() {
        return Stream.of(values())
                .flatMap(format -> format.marks().stream())
                .distinct()
                .toList();
    }

    /**
     * Of a model whose chat template leaves out the calls of earlier turns: what the template tells of a format, or else the tokenizer. What
     * the chat template spells out counts first: the vocabulary may have marks left over from the model it was made of.
     */
    static Optional<ToolCallFormat> of(String templateText, Set<String> tokens) {
        if (templateText.contains("<|tool|>") && tokens.contains(PIPED_LIST.opening)) { // Phi-4-mini tells no more
            return Optional.of(PIPED_LIST);
        }
        for (Predicate<String> known : List.<Predicate<String>>of(templateText::contains, tokens::contains)) {
            if (known.test(NEMOTRON_LIST.opening)) {
                return Optional.of(NEMOTRON_LIST);
            }
            if (known.test(HERMES.opening)) {
                boolean closed = templateText.contains(HERMES.closing) || tokens.contains(HERMES.closing);
                boolean tags = templateText.contains("<function=");
                return Optional.of(tags ? FUNCTION_TAGS : closed ? HERMES : TAGGED_LIST);
            }
            if (known.test(PIPED_LIST.opening)) {
                return Optional.of(PIPED_LIST);
            }
            if (known.test(MISTRAL_LIST.opening)) {
                boolean named = templateText.contains(ARGUMENTS_MARK) || tokens.contains(ARGUMENTS_MARK);
                return Optional.of(named ? MISTRAL_NAMED : MISTRAL_LIST);
            }
            if (known.test(LLAMA.opening)) {
                return Optional.of(LLAMA);
            }
            if (known.test(MARKED_PYTHON_LIST.opening)) {
                return Optional.of(MARKED_PYTHON_LIST);
            }
            if (known.test(PYTHON_LIST.opening)) {
                return Optional.of(PYTHON_LIST);
            }
            Optional<ToolCallFormat> shown = shownWithoutMarks(templateText);
            if (shown.isPresent()) {
                return shown;
            }
        }
        return Optional.empty();
    }

    /** An example of a call in a template's text, which asks for calls without marks. The tools that it writes have descriptions, calls have none. */
    private static Optional<ToolCallFormat> shownWithoutMarks(String templateText) {
        String text = templateText.replace("\\\"", "\"").replace("\\n", "\n");
        if (PYTHON_EXAMPLE.matcher(text).find()) {
            return Optional.of(PYTHON_LIST);
        }
        Matcher object = OBJECT_EXAMPLE.matcher(text);
        if (!object.find()) {
            return Optional.empty();
        }
        return Optional.of(
                object.group(1) != null
                        ? PLAIN_LIST
                        : object.group(2).equals(LLAMA.argumentsKey) ? LLAMA : PLAIN_OBJECT);
    }
}
