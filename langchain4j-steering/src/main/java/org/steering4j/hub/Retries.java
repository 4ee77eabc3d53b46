package org.steering4j.hub;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.hub.ModelHubException.Problem;

/** Counts the failures of one thing in a row, and waits longer after each. Not thread-safe. */
final class Retries {

    private static final Logger LOGGER = LoggerFactory.getLogger(ModelHub.class);
    /** The hub counts requests in windows of this length. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private final Waiting waiting;
    private int failures;

    Retries(Waiting waiting) {
        this.waiting = waiting;
    }

    interface Attempt<T> {
        T run() throws TransientFailure, InterruptedException;
    }

    static <T> T run(Waiting waiting, Attempt<T> attempt) throws InterruptedException {
        Retries retries = new Retries(waiting);
        while (true) {
            try {
                return attempt.run();
            } catch (TransientFailure e) {
                retries.waitAfter(e);
            }
        }
    }

    /** Something came of the last attempt: what fails now fails for the first time. */
    void progressed() {
        failures = 0;
    }

    /** @throws ModelHubException if it is enough */
    void waitAfter(TransientFailure failure) throws InterruptedException {
        failures++;
        Duration wait = failure.wait(Duration.ofSeconds(1L << (failures - 1)));
        if (wait.compareTo(LONGEST_WAIT) > 0) {
            throw givenUp(failure, "that is longer than the %d s that are waited".formatted(LONGEST_WAIT.toSeconds()));
        }
        if (failures == waiting.attempts()) {
            throw givenUp(failure, "tried " + failures + " times");
        }
        LOGGER.warn("{}; trying again in {} s", failure.getMessage(), wait.toSeconds());
        waiting.sleeper().sleep(wait);
    }

    private static ModelHubException givenUp(TransientFailure failure, String why) {
        String wayOut = failure.problem() == Problem.TOO_MANY_REQUESTS
                ? "try again later, or set HF_TOKEN, for the hub lets known users ask more often"
                : "look at the network, at the proxy (-Dhttps.proxyHost=...) and at HF_ENDPOINT, or try again later;"
                        + " what has arrived is kept";
        return new ModelHubException(
                failure.problem(), "%s (%s): %s".formatted(failure.getMessage(), why, wayOut), failure);
    }
}
