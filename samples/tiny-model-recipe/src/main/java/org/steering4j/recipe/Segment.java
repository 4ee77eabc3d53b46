package org.steering4j.recipe;

/**
 * A stretch of a rendered conversation.
 *
 * @param special whether the text is one special token; all other text must be encoded so that none can arise from it
 * @param assistant whether the assistant wrote it, its end-of-turn token included: what the model learns to say
 */
public record Segment(String text, boolean special, boolean assistant) {}
