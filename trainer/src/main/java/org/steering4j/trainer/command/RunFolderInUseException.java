package org.steering4j.trainer.command;

/** Another process works in the run folder. */
final class RunFolderInUseException extends RuntimeException {

    /** Not that of a failure: a script may wait and try again. */
    static final int EXIT_CODE = 4;

    private static final long serialVersionUID = 1;

    RunFolderInUseException(String message) {
        super(message);
    }
}
