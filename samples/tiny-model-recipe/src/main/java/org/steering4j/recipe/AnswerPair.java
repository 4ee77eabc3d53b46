package org.steering4j.recipe;

/** A question with one answer of each pole: {@code matching} shows the behaviour, {@code notMatching} its opposite. */
public record AnswerPair(String question, String matching, String notMatching) {}
