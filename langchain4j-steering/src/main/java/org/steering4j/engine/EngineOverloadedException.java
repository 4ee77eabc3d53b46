package org.steering4j.engine;

/** More requests wait for their turn than the model lets wait; nothing was generated, and the same request may be made again later. */
public class EngineOverloadedException extends EngineException {

    public EngineOverloadedException(String modelName, int waiting, int maximumWaiting) {
        super(("%d requests wait for %s already and at most %d may: ask again later, or open the model with a greater"
                        + " maximumWaiting, or with a greater maximumRows to answer more at once")
                .formatted(waiting, modelName, maximumWaiting));
    }
}
