package org.steering4j.persona;

import java.util.SortedSet;
import org.steering4j.vector.SteeringException;

/** A persona is named that is not among the known ones; the message lists those. */
public class UnknownPersonaException extends SteeringException {

    UnknownPersonaException(String name, SortedSet<String> known) {
        super("there is no persona named \"" + name + "\"; known: "
                + (known.isEmpty() ? "none, give the chat model some with personas(...)" : String.join(", ", known)));
    }
}
