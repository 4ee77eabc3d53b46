package org.steering4j.constraint;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** What is still to be written, innermost first. Immutable; stacks with equal frames are equal. */
final class Stack {

    /** Nothing is left to be written. */
    static final Stack DONE = new Stack(null, null);

    /**
     * Alternatives that are followed side by side. A schema whose alternatives look alike at every level would double them with every level;
     * those that need more tokens are then given up, which allows less than the schema but nothing that it does not.
     */
    static final int MOST_ALTERNATIVES = 128;

    private final Frame top;
    private final Stack rest;
    private final int needed;
    private final int hash;
    private final boolean nearBound;
    /** Null where not known yet. */
    private Stack forgetful;

    private Stack(Frame top, Stack rest) {
        this.top = top;
        this.rest = rest;
        this.needed = top == null ? 0 : Cost.sum(top.needed(), rest.needed);
        this.hash = top == null ? 1 : 31 * rest.hash + top.hashCode();
        this.nearBound = top != null && (top.relaxed() != top || rest.nearBound);
    }

    Stack push(Frame frame) {
        return new Stack(frame, this);
    }

    /** How many tokens suffice to write it all. */
    int needed() {
        return needed;
    }

    boolean isComplete() {
        return this == DONE || (top.mayEnd() && rest.isComplete());
    }

    /** See {@link Frame#forgetful}. */
    Stack forgetful() {
        if (top == null) {
            return this;
        }
        if (forgetful == null) {
            Frame frame = top.forgetful();
            Stack below = rest.forgetful();
            forgetful = frame == top && below == rest ? this : below.push(frame);
        }
        return forgetful;
    }

    /** Whether a bound of ours, not of the schema, may end a part of it. */
    boolean isNearBound() {
        return nearBound;
    }

    /** The same without these bounds; see {@link Frame#relaxed}. */
    Stack relaxed() {
        return nearBound ? rest.relaxed().push(top.relaxed()) : this;
    }

    private void write(int symbol, Consumer<Stack> next) {
        if (this == DONE) {
            return;
        }
        top.write(symbol, rest, next);
        if (top.mayEnd()) {
            rest.write(symbol, next);
        }
    }

    /** What may follow a symbol; empty if it does not fit. */
    static Set<Stack> write(int symbol, Collection<Stack> alternatives) {
        Set<Stack> after = new LinkedHashSet<>();
        for (Stack alternative : alternatives) {
            alternative.write(symbol, after::add);
        }
        if (after.size() <= MOST_ALTERNATIVES) {
            return after;
        }
        Set<Stack> shortest = new LinkedHashSet<>();
        after.stream()
                .sorted(Comparator.comparingInt(Stack::needed))
                .limit(MOST_ALTERNATIVES)
                .forEach(shortest::add);
        return shortest;
    }

    /** How many tokens suffice to write the shortest of several. */
    static int needed(Collection<Stack> alternatives) {
        return alternatives.stream().mapToInt(Stack::needed).min().orElse(Cost.IMPOSSIBLE);
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof Stack that
                && hash == that.hash
                && top != null
                && that.top != null
                && top.equals(that.top)
                && rest.equals(that.rest);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return top == null ? "done" : top + " then " + rest;
    }
}
