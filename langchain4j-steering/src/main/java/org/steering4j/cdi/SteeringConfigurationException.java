package org.steering4j.cdi;

import org.steering4j.vector.SteeringException;

/** A setting that cannot be honoured; the message names it, its value and what was expected. */
public class SteeringConfigurationException extends SteeringException {

    SteeringConfigurationException(String message) {
        super(message);
    }

    SteeringConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
