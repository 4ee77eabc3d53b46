package org.steering4j.prompt;

import java.util.List;
import java.util.OptionalInt;

/**
 * Whether a model thinks before it answers, between {@code <think>} and {@code </think>}, as its chat template and its tokenizer tell.
 *
 * @param written whether the chat template writes these marks, or looks for them
 * @param switchable whether the chat template can be told not to think, by {@code enable_thinking}
 * @param openingToken the mark's token; empty if it is written in letters
 * @param closingToken the mark's token; empty if it is written in letters
 */
public record Thinking(boolean written, boolean switchable, OptionalInt openingToken, OptionalInt closingToken) {

    static final String OPENING = "<think>";
    static final String CLOSING = "</think>";
    static final String SWITCH = "enable_thinking";

    static Thinking of(Iterable<ChatTemplate> templates, TextTokenizer tokenizer) {
        boolean written = false;
        boolean switchable = false;
        for (ChatTemplate template : templates) {
            written |= template.source().contains(CLOSING) || template.source().contains(OPENING);
            switchable |= template.reads(SWITCH);
        }
        return new Thinking(written, switchable, tokenizer.controlToken(OPENING), tokenizer.controlToken(CLOSING));
    }

    /** Whether an answer may begin with thinking. */
    boolean isPossible() {
        return written || openingToken.isPresent() && closingToken.isPresent();
    }

    /** What the model may write as tokens of their own. */
    static List<String> marks() {
        return List.of(OPENING, CLOSING);
    }
}
