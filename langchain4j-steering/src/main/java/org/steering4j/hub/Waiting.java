package org.steering4j.hub;

import java.time.Clock;
import java.time.Duration;

/**
 * How time passes, so that tests need not wait.
 *
 * @param silence how long a connection may say nothing
 */
record Waiting(Sleeper sleeper, Clock clock, Duration silence) {

    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    static Waiting really() {
        return new Waiting(time -> Thread.sleep(time.toMillis()), Clock.systemUTC(), Duration.ofSeconds(30));
    }
}
