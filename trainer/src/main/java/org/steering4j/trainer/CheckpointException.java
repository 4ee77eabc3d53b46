package org.steering4j.trainer;

/** A checkpoint file that cannot be read, or that belongs to another training. */
public final class CheckpointException extends TrainingException {

    CheckpointException(String message) {
        super(message);
    }

    CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
