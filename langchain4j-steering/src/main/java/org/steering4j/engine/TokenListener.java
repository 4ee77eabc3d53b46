package org.steering4j.engine;

/** Is told every token as it is generated, on the generating thread. */
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
