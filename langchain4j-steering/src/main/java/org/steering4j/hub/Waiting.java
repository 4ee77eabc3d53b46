package org.steering4j.hub;

import java.time.Clock;
import java.time.Duration;

/**
 * How time passes, so that tests need not wait.
 *
 * @param silence how long a connection may say nothing
 * @param attempts how often something is tried that fails each time
 */
record Waiting(Sleeper sleeper, Clock clock, Duration silence, int attempts) {

    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    static Waiting really() {
        return new Waiting(time -> Thread.sleep(time.toMillis()), Clock.systemUTC(), Duration.ofSeconds(30), 5);
    }

    /** For what can be done without. */
    Waiting once() {
        return new Waiting(sleeper, clock, silence, 1);
    }
}
