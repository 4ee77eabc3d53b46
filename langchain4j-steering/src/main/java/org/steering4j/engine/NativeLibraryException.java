package org.steering4j.engine;

/**
 * libtorch cannot be loaded into this process: its files are missing, do not fit together or cannot be unpacked, a variable of the environment
 * leads elsewhere, or another class loader has it. The message says which, and the way out. Nothing is left loaded that a later attempt,
 * after the reason is gone, would stumble over.
 */
public final class NativeLibraryException extends EngineException {

    public NativeLibraryException(String message) {
        super(message);
    }

    public NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
