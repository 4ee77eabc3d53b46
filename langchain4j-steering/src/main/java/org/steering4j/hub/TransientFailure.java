package org.steering4j.hub;

import java.time.Duration;
import org.steering4j.hub.ModelHubException.Problem;

/** A request failed in a way that may pass. */
final class TransientFailure extends Exception {

    private final Problem problem;
    private final Duration wait;

    /** @param wait what the hub asks for, or null */
    TransientFailure(Problem problem, String message, Duration wait, Throwable cause) {
        super(message, cause);
        this.problem = problem;
        this.wait = wait;
    }

    Problem problem() {
        return problem;
    }

    Duration wait(Duration otherwise) {
        return wait == null ? otherwise : wait;
    }
}
