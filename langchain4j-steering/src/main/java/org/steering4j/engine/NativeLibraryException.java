package org.steering4j.engine;

/**
 * libtorch cannot be loaded into this process: its files are missing, do not fit together or cannot be unpacked, a variable of the environment
 * leads elsewhere, or another class loader has it. The message says which, and the way out. Once the reason is gone, the same process may try again.
 */
public final class NativeLibraryException extends EngineException {

    public NativeLibraryException(String message) {
        super(message);
    }

    public NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
