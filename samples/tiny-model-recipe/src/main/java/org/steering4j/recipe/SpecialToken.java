package org.steering4j.recipe;

/** The tokens that only the chat markup may write, in the order of their ids from zero. */
public enum SpecialToken {
    END_OF_TEXT("<|endoftext|>", true),
    TURN_START("<|im_start|>", true),
    TURN_END("<|im_end|>", true),
    TOOL_CALL_START("<tool_call>", false),
    TOOL_CALL_END("</tool_call>", false),
    TOOL_RESPONSE_START("<tool_response>", false),
    TOOL_RESPONSE_END("</tool_response>", false);

    private final String text;
    private final boolean hiddenWhenDecoded;

    SpecialToken(String text, boolean hiddenWhenDecoded) {
        this.text = text;
        this.hiddenWhenDecoded = hiddenWhenDecoded;
    }

    public String text() {
        return text;
    }

    /** The token's id in every vocabulary of this recipe. */
    public int id() {
        return ordinal();
    }

    /** Whether decoding leaves the token out by default; tool tags stay visible, as readers of the text look for them. */
    public boolean isHiddenWhenDecoded() {
        return hiddenWhenDecoded;
    }
}
