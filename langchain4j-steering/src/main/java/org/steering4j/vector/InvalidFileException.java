package org.steering4j.vector;

import java.nio.file.Path;

/** A file that is missing, unreadable, truncated, or that says something impossible or unsupported. */
public class InvalidFileException extends SteeringException {

    public InvalidFileException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public InvalidFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
