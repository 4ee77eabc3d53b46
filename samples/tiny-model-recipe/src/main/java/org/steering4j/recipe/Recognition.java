package org.steering4j.recipe;

/** What an answer shows of a behaviour: its target pole, the opposite pole, or neither clearly. */
public enum Recognition {
    MATCHING,
    NOT_MATCHING,
    UNRECOGNISED
}
