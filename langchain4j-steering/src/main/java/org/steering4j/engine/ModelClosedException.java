package org.steering4j.engine;

/** A model is used after, or closed during, a call. */
public class ModelClosedException extends IllegalStateException {

    public ModelClosedException(String modelName) {
        super("the model %s is closed; open it again, and close it only when no chat needs it any more"
                .formatted(modelName));
    }
}
