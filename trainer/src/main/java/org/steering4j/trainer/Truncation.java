package org.steering4j.trainer;

/** Which end of an example that is too long is cut first; the other end is cut only when that is not enough. */
public enum Truncation {
    /** The beginning of the prompt goes, and with it the system prompt first. The BiPO authors' choice. */
    PROMPT_START,
    /** The end of the answer goes, and with it the end-of-turn token first. */
    ANSWER_END
}
