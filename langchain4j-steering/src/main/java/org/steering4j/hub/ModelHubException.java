package org.steering4j.hub;

/** A model could not be had; the message names it, says why and the way out. What has arrived of a download is kept. */
public class ModelHubException extends RuntimeException {

    /** What kind of thing went wrong, for programs that act on it. */
    public enum Problem {
        /** There is no such model or revision, or none that the token may see. */
        NOT_FOUND,
        /** The model's licence is to be accepted first, or the token is missing, wrong or lacks the permission. */
        NO_ACCESS,
        /** The model is not in the cache folder, and the network may not be touched. */
        OFFLINE,
        /** There is no connection, or it broke again and again, or the hub fails. */
        UNREACHABLE,
        /** The hub asks to wait longer than is waited. */
        TOO_MANY_REQUESTS,
        /** What answers is not a hub. */
        NOT_A_HUB,
        /** The bytes that came are not those that were announced. */
        DAMAGED,
        /** The repository lacks what a model needs here, such as safetensors weights. */
        NOT_USABLE,
        /** The cache folder has no room, or cannot be written. */
        DISK,
        /** The thread was interrupted. */
        INTERRUPTED
    }

    private final Problem problem;

    public ModelHubException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    public ModelHubException(Problem problem, String message, Throwable cause) {
        super(message, cause);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
