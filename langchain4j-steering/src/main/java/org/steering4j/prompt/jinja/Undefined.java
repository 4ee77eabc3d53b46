package org.steering4j.prompt.jinja;

/**
 * What a name or an attribute stands for that there is not: false, empty, and an error for almost everything else that is done with it.
 *
 * @param reason the error
 */
record Undefined(String reason) {

    Failure failure() {
        return new Failure(reason);
    }
}
