package org.steering4j.samples.quickstart.soak;

/** How a request is made. The first ones see it through, the others break it off. */
enum Way {
    BLOCKING,
    STREAMING,
    /** Takes its time over every part. */
    SLOW_HANDLER,
    /** Throws at every part, and at the end. */
    THROWING_HANDLER,
    /** By its handler, after some parts. */
    CANCELLED,
    INTERRUPTED,
    TIMED_OUT
}
