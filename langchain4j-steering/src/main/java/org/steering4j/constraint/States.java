package org.steering4j.constraint;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The states of a form that answers have been in, with their masks: they come again, within a text after every token, and in every answer of
 * the form. Who uses one of them holds this object's lock until done.
 */
final class States {

    /** Some kilobytes each, and with a mask some more. */
    private static final int MOST_STATES = 4096;

    private final Vocabulary vocabulary;
    private final Map<Set<Stack>, State> known = new HashMap<>();

    States(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The state to begin with; from there on, {@link State#after} leads to the others. */
    State first(Set<Stack> stacks) {
        if (known.size() > MOST_STATES) {
            known.clear();
        }
        return state(stacks);
    }

    private State state(Set<Stack> stacks) {
        State state = known.get(stacks);
        if (state == null) {
            state = new State(Collections.unmodifiableSet(stacks), vocabulary.symbolCount(), this::state);
            known.put(stacks, state);
        }
        return state;
    }
}
