package org.steering4j.recipe;

/** The two ends of a behaviour: the one its name stands for, and its opposite. */
public enum Pole {
    TARGET,
    OPPOSITE
}
