package org.steering4j.vector;

import java.util.SortedSet;

/** A steering names a vector that the library does not hold; the message lists the names it does hold. */
public class UnknownSteeringVectorException extends SteeringException {

    UnknownSteeringVectorException(String name, SortedSet<String> known) {
        super("there is no steering vector named \"" + name + "\"; known: "
                + (known.isEmpty() ? "none, the library is empty" : String.join(", ", known)));
    }
}
