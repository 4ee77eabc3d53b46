package org.steering4j.vector;

import java.nio.file.Path;

/** A file that could not be written. Nothing half-written is left behind, and what was there before is untouched. */
public class FileNotWrittenException extends SteeringException {

    public FileNotWrittenException(Path file, String problem) {
        super(file + " was not written: " + problem);
    }

    public FileNotWrittenException(Path file, String problem, Throwable cause) {
        super(file + " was not written: " + problem, cause);
    }
}
