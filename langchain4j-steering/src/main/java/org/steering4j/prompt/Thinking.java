package org.steering4j.prompt;

import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Whether and how a model thinks before it answers, as its chat template and its tokenizer tell.
 *
 * @param written whether the chat template writes the marks around thinking, or looks for them
 * @param switchName the variable by which the chat template can be told to think, or not to; empty if there is none
 * @param openingToken the mark's token; empty if it is written in letters
 * @param closingToken the mark's token; empty if it is written in letters
 */
public record Thinking(
        ThinkingFormat format,
        boolean written,
        Optional<String> switchName,
        OptionalInt openingToken,
        OptionalInt closingToken) {

    /** Granite's, which thinks only where it is told to. */
    private static final String SWITCHED_ON = "thinking";

    /** Of most families, and of Granite. */
    private static final List<String> SWITCHES = List.of("enable_thinking", SWITCHED_ON);

    static Thinking of(Collection<ChatTemplate> templates, TextTokenizer tokenizer) {
        String sources = templates.stream().map(ChatTemplate::source).collect(Collectors.joining());
        ThinkingFormat format = ThinkingFormat.of(sources, tokenizer.controlTokens());
        return new Thinking(
                format,
                sources.contains(format.closing()) || sources.contains(format.opening()),
                SWITCHES.stream()
                        .filter(name -> templates.stream().anyMatch(template -> template.reads(name)))
                        .findFirst(),
                tokenizer.controlToken(format.opening()),
                tokenizer.controlToken(format.closing()));
    }

    /** Whether the chat template can be told to think, or not to. */
    public boolean switchable() {
        return switchName.isPresent();
    }

    /** Whether a model with a switch thinks where its chat template is told nothing. */
    boolean usual() {
        return !switchName.equals(Optional.of(SWITCHED_ON));
    }

    /**
     * Refuses what the model cannot be told. What it does anyway may be asked for.
     *
     * @param think whether it is to think; null leaves it to the model
     * @param model what to call it
     * @throws UnsupportedFeatureException if it does otherwise, and its chat template has no switch
     */
    public void requireSupported(Boolean think, String model) {
        if (think != null && !switchable() && think != written) {
            throw new UnsupportedFeatureException(
                    "think %s is not supported by %s, whose chat template has no switch (%s): %s"
                            .formatted(
                                    think,
                                    model,
                                    String.join(" or ", SWITCHES),
                                    think
                                            ? "as far as that tells, it does not think before it answers; leave think out"
                                            : "it always thinks; leave think out, and returnThinking too, not to see what it thinks"));
        }
    }

    /**
     * Whether what the model begins an answer with may turn out to be thinking, by a mark that closes what none has opened.
     *
     * @param tokenTells whether it is enough that the tokenizer has a token for that mark
     */
    boolean mayBeUnopened(boolean tokenTells) {
        boolean templateTells = written && usual() && format != ThinkingFormat.SENTENCES;
        return templateTells || tokenTells && closingToken.isPresent();
    }

    /** Whether a prompt may open thinking, or close it. */
    boolean isPossible() {
        return written || openingToken.isPresent() && closingToken.isPresent();
    }
}
