package org.steering4j.checkpoint;

/** A model folder cannot be opened; the message names the file or value, what was expected and the way out. */
public class ModelFolderException extends RuntimeException {

    public ModelFolderException(String message) {
        super(message);
    }

    public ModelFolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
