package org.steering4j.persona;

import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which conversation has selected which persona: a bounded memory. When it is full, the conversation that was not used for the longest time
 * is forgotten; so is one that was not used for a given time. Thread-safe.
 */
final class Selections {

    private final int maximum;
    private final long expiryMillis;
    private final Clock clock;
    /** In the order of use, so that the first is the first to go for either reason. */
    private final Map<Object, Selection> byConversation = new LinkedHashMap<>(16, 0.75f, true);

    private record Selection(Persona persona, long usedMillis) {}

    Selections(int maximum, Duration expiry, Clock clock) {
        this.maximum = maximum;
        this.expiryMillis = expiry.toMillis();
        this.clock = clock;
    }

    synchronized void put(Object conversationId, Persona persona) {
        byConversation.put(conversationId, new Selection(persona, clock.millis()));
        forget();
    }

    /** Counts as a use. */
    synchronized Optional<Persona> get(Object conversationId) {
        forget();
        Selection selection = byConversation.get(conversationId);
        if (selection == null) {
            return Optional.empty();
        }
        byConversation.put(conversationId, new Selection(selection.persona(), clock.millis()));
        return Optional.of(selection.persona());
    }

    synchronized void remove(Object conversationId) {
        byConversation.remove(conversationId);
    }

    synchronized void clear() {
        byConversation.clear();
    }

    private void forget() {
        long now = clock.millis();
        Iterator<Selection> eldestFirst = byConversation.values().iterator();
        while (eldestFirst.hasNext()) {
            boolean expired = now - eldestFirst.next().usedMillis() >= expiryMillis;
            if (!expired && byConversation.size() <= maximum) {
                return;
            }
            eldestFirst.remove();
        }
    }
}
