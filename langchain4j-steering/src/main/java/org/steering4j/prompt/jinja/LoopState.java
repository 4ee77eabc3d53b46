package org.steering4j.prompt.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** The variable {@code loop}. It asks for the next item only when it must: a condition of the loop may depend on what its body does. */
final class LoopState implements Attributes.Members, Function {

    private static final Object NONE = new Object();

    private final int depth;
    /** What {@code loop(items)} does; null where the loop is not recursive. */
    private final Function recursion;

    private final Iterator<Object> source;
    /** Taken from the source, but not gone through yet. */
    private final Deque<Object> ahead = new ArrayDeque<>();

    private int index = -1;
    private Object previous = new Undefined("there is no previous item");
    private Object current = previous;
    private Object lastChange;
    private boolean anyChange;

    LoopState(Iterator<Object> items, int depth, Function recursion) {
        this.source = items;
        this.depth = depth;
        this.recursion = recursion;
    }

    boolean hasNext() {
        return !ahead.isEmpty() || source.hasNext();
    }

    Object next() {
        previous = current;
        current = ahead.isEmpty() ? source.next() : taken(ahead.remove());
        index++;
        return current;
    }

    // A deque holds no null, which is none.
    private static Object kept(Object item) {
        return item == null ? NONE : item;
    }

    private static Object taken(Object item) {
        return item == NONE ? null : item;
    }

    private int length() {
        source.forEachRemaining(item -> ahead.add(kept(item)));
        return index + 1 + ahead.size();
    }

    private Object nextItem() {
        if (!hasNext()) {
            return new Undefined("there is no next item");
        }
        if (ahead.isEmpty()) {
            ahead.add(kept(source.next()));
        }
        return taken(ahead.peek());
    }

    @Override
    public Object member(String name, Undefined none) {
        return switch (name) {
            case "index" -> Values.integer(index + 1);
            case "index0" -> Values.integer(index);
            case "revindex" -> Values.integer(length() - index);
            case "revindex0" -> Values.integer(length() - index - 1);
            case "first" -> index == 0;
            case "last" -> !hasNext();
            case "length" -> Values.integer(length());
            case "depth" -> Values.integer(depth + 1);
            case "depth0" -> Values.integer(depth);
            case "previtem" -> previous;
            case "nextitem" -> nextItem();
            case "cycle" -> (Function) this::cycle;
            case "changed" -> (Function) this::changed;
            default -> none;
        };
    }

    @Override
    public String toString() {
        return "<LoopContext %d/%d>".formatted(index + 1, length());
    }

    private Object cycle(Call call) {
        if (call.positional().isEmpty()) {
            throw new Failure("loop.cycle() needs something to cycle through");
        }
        return call.positional().get(index % call.positional().size());
    }

    private Object changed(Call call) {
        Tuple values = new Tuple(call.positional());
        boolean changed = !anyChange || !Values.areEqual(values, lastChange);
        lastChange = values;
        anyChange = true;
        return changed;
    }

    @Override
    public Object call(Call call) {
        if (recursion == null) {
            throw new Failure("loop() can be called in recursive loops only");
        }
        return recursion.call(call);
    }
}
