package org.steering4j.constraint;

import java.util.Set;
import java.util.function.Function;

/** Stacks that are followed side by side, with what is already known of the states after them. For one thread. */
final class State {

    private static final State NONE = new State(Set.of(), 0, null);

    private final Set<Stack> stacks;
    private final Function<Set<Stack>, State> states;
    private final int needed;
    /** By symbol; null where not known yet, {@link #NONE} where there is none. */
    private final State[] next;

    private Vocabulary.Mask mask;

    State(Set<Stack> stacks, int symbolCount, Function<Set<Stack>, State> states) {
        this.stacks = stacks;
        this.states = states;
        this.needed = Stack.needed(stacks);
        this.next = new State[symbolCount];
    }

    /** How many tokens suffice to complete the answer. */
    int needed() {
        return needed;
    }

    /** The state after a symbol, or null if that may not come. */
    State after(int symbol) {
        State after = next[symbol];
        if (after == null) {
            Set<Stack> stacksAfter = Stack.write(symbol, stacks);
            after = stacksAfter.isEmpty() ? NONE : states.apply(stacksAfter);
            next[symbol] = after;
        }
        return after == NONE ? null : after;
    }

    /** The tokens that may come if the number of tokens did not matter. */
    Vocabulary.Mask mask(Vocabulary vocabulary) {
        if (mask == null) {
            mask = vocabulary.mask(this, Cost.IMPOSSIBLE - 1);
        }
        return mask;
    }
}
