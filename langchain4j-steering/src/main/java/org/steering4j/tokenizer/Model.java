package org.steering4j.tokenizer;

/** Turns a piece of text, normalized and split, into the ids of tokens. Immutable and thread-safe. */
interface Model {

    /** @param piece not empty */
    void encode(String piece, TokenList tokens);

    /** How many characters of a piece a token stands for at most; 0 if there is no bound, as where one stands for all that is unknown. */
    int mostCharactersPerToken();
}
