package org.steering4j.engine;

/** A model is used after, or closed during, a call; or Java itself exits. */
public class ModelClosedException extends IllegalStateException {

    public ModelClosedException(String modelName) {
        super("the model %s is closed; open it again, and close it only when no chat needs it any more"
                .formatted(modelName));
    }

    private ModelClosedException() {
        super("Java is exiting, and every model is closed to further calls; end the chats before the application ends");
    }

    /** For calls that come when Java has begun to exit: all models are as good as closed. */
    public static ModelClosedException atExit() {
        return new ModelClosedException();
    }
}
