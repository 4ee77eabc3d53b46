package org.steering4j.engine;

/**
 * Is told every token of one generation, in order, on the thread that called {@code generate}. The model does not wait for it: while a listener
 * is slow, its own and all other answers go on, so that a few tokens may already be known when it asks to stop; they count as never generated.
 * What it throws ends its own generation only, and reaches the caller.
 */
@FunctionalInterface
public interface TokenListener {

    /** Goes on to the end. */
    TokenListener NONE = token -> true;

    /**
     * @param token the id of a token that is not an end token
     * @return false to stop now; the token counts as generated
     */
    boolean onToken(int token);
}
