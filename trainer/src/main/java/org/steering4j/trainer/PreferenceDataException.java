package org.steering4j.trainer;

/** A data file that cannot be used; the message names the file, the line and what is wrong there. */
public final class PreferenceDataException extends TrainingException {

    PreferenceDataException(String message) {
        super(message);
    }

    PreferenceDataException(String message, Throwable cause) {
        super(message, cause);
    }
}
