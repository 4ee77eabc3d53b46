package org.steering4j.constraint;

import java.util.function.Consumer;

/** A part of an answer that is being written, or is to be written next. An immutable value. */
interface Frame {

    /** How many tokens suffice to finish it. */
    int needed();

    /** Whether it may be finished as it is. It may go on nevertheless, as a number may after each digit. */
    default boolean mayEnd() {
        return false;
    }

    /**
     * Writes one symbol.
     *
     * @param rest what is to be written after this frame
     * @param next is told what may follow the symbol; nothing, if it does not fit
     */
    void write(int symbol, Stack rest, Consumer<Stack> next);

    /**
     * The frame with a bound moved away that is ours and not the schema's, such as that of digits, if the frame is so near to it that a token
     * may meet it; otherwise the frame itself. What the bound excludes, a model may have wanted; then the answer is cut short.
     */
    default Frame relaxed() {
        return this;
    }

    /** The frame without what only matters once a token is chosen, so that more frames are equal. See {@link Members}. */
    default Frame forgetful() {
        return this;
    }
}
