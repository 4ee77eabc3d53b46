package org.steering4j.constraint;

import java.util.Set;
import java.util.function.Function;

/** Stacks that are followed side by side, with what is already known of the states after them. For one thread. */
final class State {

    private static final int FEW = 4;

    private static final State NONE = new State(Set.of(), 0, null);

    private final Set<Stack> stacks;
    private final Function<Set<Stack>, State> states;
    private final int needed;
    private final int symbolCount;
    /** The first that were asked for, then null: most states within the values of a large enum go on with few symbols. */
    private int[] fewSymbols = new int[FEW];
    /** Of the few, or by symbol; null where not known yet, {@link #NONE} where there is none. */
    private State[] next = new State[FEW];

    private int known;

    private Vocabulary.Mask mask;

    State(Set<Stack> stacks, int symbolCount, Function<Set<Stack>, State> states) {
        this.stacks = stacks;
        this.states = states;
        this.needed = Stack.needed(stacks);
        this.symbolCount = symbolCount;
    }

    /** How many tokens suffice to complete the answer. */
    int needed() {
        return needed;
    }

    /** The state after a symbol, or null if that may not come. */
    State after(int symbol) {
        int index = fewSymbols == null ? symbol : indexAmongFew(symbol);
        State after = next[index];
        if (after == null) {
            Set<Stack> stacksAfter = Stack.write(symbol, stacks);
            after = stacksAfter.isEmpty() ? NONE : states.apply(stacksAfter);
            next[index] = after;
        }
        return after == NONE ? null : after;
    }

    /** Makes room for the symbol if it is not there; if there is none left, for all. */
    private int indexAmongFew(int symbol) {
        for (int i = 0; i < known; i++) {
            if (fewSymbols[i] == symbol) {
                return i;
            }
        }
        if (known < FEW) {
            fewSymbols[known] = symbol;
            return known++;
        }
        State[] all = new State[symbolCount];
        for (int i = 0; i < FEW; i++) {
            all[fewSymbols[i]] = next[i];
        }
        next = all;
        fewSymbols = null;
        return symbol;
    }

    /** The tokens that may come if the number of tokens did not matter. */
    Vocabulary.Mask mask(Vocabulary vocabulary) {
        if (mask == null) {
            mask = vocabulary.mask(this, Cost.IMPOSSIBLE - 1);
        }
        return mask;
    }
}
