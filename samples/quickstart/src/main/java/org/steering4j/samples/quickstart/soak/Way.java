package org.steering4j.samples.quickstart.soak;

/** How a request is made. The first ones see it through, the others break it off. */
enum Way {
    BLOCKING,
    STREAMING,
    SLOW_HANDLER,
    THROWING_HANDLER,
    CANCELLED,
    INTERRUPTED,
    TIMED_OUT
}
