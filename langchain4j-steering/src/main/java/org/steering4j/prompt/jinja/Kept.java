package org.steering4j.prompt.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;

/** The items that fulfil a condition, which is asked as late as can be: what a template does with one may bear on the next. */
final class Kept implements Iterator<Object> {

    private final Iterator<Object> items;
    private final Predicate<Object> condition;
    private Object next;
    private boolean found;

    Kept(Iterator<Object> items, Predicate<Object> condition) {
        this.items = items;
        this.condition = condition;
    }

    @Override
    public boolean hasNext() {
        while (!found && items.hasNext()) {
            Work.step();
            next = items.next();
            found = condition.test(next);
        }
        return found;
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        found = false;
        return next;
    }
}
