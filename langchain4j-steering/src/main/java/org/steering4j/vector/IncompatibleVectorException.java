package org.steering4j.vector;

/** A steering vector that does not fit the model it is to be applied to; the message says everything that differs. */
public class IncompatibleVectorException extends SteeringException {

    public IncompatibleVectorException(String message) {
        super(message);
    }
}
