package org.steering4j.engine;

import java.time.Duration;

/** A generation took longer than its request allows, waiting for its turn included. */
public class GenerationTimeoutException extends EngineException {

    public GenerationTimeoutException(Duration timeout, int generatedTokens) {
        super("no complete answer within %s, after %d tokens; allow more time, or ask for fewer tokens"
                .formatted(timeout, generatedTokens));
    }
}
