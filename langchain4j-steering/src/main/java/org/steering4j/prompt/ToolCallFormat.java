package org.steering4j.prompt;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** How a model writes tool calls. A model has one format, which follows from its chat template and its tokenizer. */
public enum ToolCallFormat {

    /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}, as Hermes and Qwen. */
    HERMES("<tool_call>", "</tool_call>", "arguments"),

    /**
     * <code>{"name": ..., "parameters": {...}}</code>, as Llama 3: at the beginning of an answer, or after {@code <|python_tag|>}; several
     * have semicolons or white space between.
     */
    LLAMA("<|python_tag|>", "", "parameters"),

    /**
     * {@code <|tool_call|>[{"name": ..., "arguments": {...}}, ...]}, as Granite 3; Phi-4-mini puts {@code <|/tool_call|>} behind the list.
     */
    PIPED_LIST("<|tool_call|>", "", "arguments"),

    /** {@code <tool_call>[{"name": ..., "arguments": {...}}, ...]}, as Granite 3.1: its chat template names no mark that closes. */
    TAGGED_LIST("<tool_call>", "", "arguments"),

    /** {@code [TOOL_CALLS] [{"name": ..., "arguments": {...}}, ...]}, as Mistral's models up to 2024. */
    MISTRAL_LIST("[TOOL_CALLS]", "", "arguments"),

    /** {@code [TOOL_CALLS]name[ARGS]{...}}, as Mistral's models from 2025 on; some put {@code [CALL_ID]} and an id behind the name. */
    MISTRAL_NAMED("[TOOL_CALLS]", "", "");

    /** What follows a name that stands outside the JSON. */
    public static final String ARGUMENTS_MARK = "[ARGS]";

    static final String CALL_ID_MARK = "[CALL_ID]";

    private final String opening;
    private final String closing;
    private final String argumentsKey;

    ToolCallFormat(String opening, String closing, String argumentsKey) {
        this.opening = opening;
        this.closing = closing;
        this.argumentsKey = argumentsKey;
    }

    /** The mark before a call, or before a list of them. */
    public String opening() {
        return opening;
    }

    /** The mark after each call; empty if there is none. */
    public String closing() {
        return closing;
    }

    /** What arguments are called in a call's JSON; empty if they are all of it. */
    public String argumentsKey() {
        return argumentsKey;
    }

    /** What the model may write as tokens of their own. */
    public Set<String> marks() {
        return switch (this) {
            case HERMES -> Set.of(opening, closing);
            case LLAMA, MISTRAL_LIST -> Set.of(opening);
            case PIPED_LIST, TAGGED_LIST -> Set.of(opening, afterList());
            case MISTRAL_NAMED -> Set.of(opening, CALL_ID_MARK, ARGUMENTS_MARK);
        };
    }

    /** Whether a call may stand at the beginning of an answer without a mark. */
    boolean markIsOptional() {
        return this == LLAMA;
    }

    /** Whether the calls stand in one list behind the mark. */
    boolean isList() {
        return this == PIPED_LIST || this == TAGGED_LIST || this == MISTRAL_LIST;
    }

    /** What may stand behind a list of calls; empty if nothing does. */
    String afterList() {
        return switch (this) {
            case PIPED_LIST -> "<|/tool_call|>";
            case TAGGED_LIST -> HERMES.closing;
            default -> "";
        };
    }

    /** The marks of all formats. */
    static List<String> allMarks() {
        return Stream.of(values())
                .flatMap(format -> format.marks().stream())
                .distinct()
                .toList();
    }

    /** What the chat template spells out counts first: the vocabulary may have marks left over from the model it was made of. */
    static Optional<ToolCallFormat> of(String templateText, Set<String> tokens) {
        for (Predicate<String> known : List.<Predicate<String>>of(templateText::contains, tokens::contains)) {
            if (known.test(HERMES.opening)) {
                boolean closed = templateText.contains(HERMES.closing) || tokens.contains(HERMES.closing);
                return Optional.of(closed ? HERMES : TAGGED_LIST);
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
        }
        return Optional.empty();
    }
}
