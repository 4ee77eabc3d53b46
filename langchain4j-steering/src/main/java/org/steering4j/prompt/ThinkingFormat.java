package org.steering4j.prompt;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** How a model writes what it thinks before it answers. A model has one format, which follows from its chat template and its tokenizer. */
public enum ThinkingFormat {

    /** {@code <think>...</think>}, as most. */
    THINK("<think>", "</think>", "", ""),

    /** {@code <think>...</think><response>...</response>}, as Granite 3.3. */
    THINK_AND_RESPONSE("<think>", "</think>", "<response>", "</response>"),

    /** Sentences, as Granite 3.2. */
    SENTENCES("Here is my thought process:", "Here is my response:", "", ""),

    /** {@code [THINK]...[/THINK]}, tokens of their own, as Mistral's models from 2025 on. */
    BRACKETS("[THINK]", "[/THINK]", "", "");

    private final String opening;
    private final String closing;
    private final String answerOpening;
    private final String answerClosing;

    ThinkingFormat(String opening, String closing, String answerOpening, String answerClosing) {
        this.opening = opening;
        this.closing = closing;
        this.answerOpening = answerOpening;
        this.answerClosing = answerClosing;
    }

    /** The mark before thinking. */
    String opening() {
        return opening;
    }

    /** The mark after it. */
    String closing() {
        return closing;
    }

    /** What may stand before the answer to thinking; empty if nothing does. */
    String answerOpening() {
        return answerOpening;
    }

    String answerClosing() {
        return answerClosing;
    }

    /** What the model may write as tokens of their own, of all formats. */
    static List<String> marks() {
        return Stream.of(THINK, BRACKETS)
                .flatMap(format -> Stream.of(format.opening, format.closing))
                .toList();
    }

    /** Models that tell nothing have the first. */
    static ThinkingFormat of(String templateText, Set<String> tokens) {
        if (tokens.contains(BRACKETS.opening) && tokens.contains(BRACKETS.closing)) {
            return BRACKETS;
        }
        if (templateText.contains(SENTENCES.opening)) {
            return SENTENCES;
        }
        return templateText.contains(THINK_AND_RESPONSE.answerOpening) ? THINK_AND_RESPONSE : THINK;
    }
}
