package org.steering4j.prompt;

/** Reads one tool call, character by character, as it comes. It knows nothing of what stands around it. Not thread-safe. */
interface ToolCallReader {

    enum Progress {
        UNFINISHED,
        COMPLETE,
        /** No tool call, whatever follows. */
        UNREADABLE
    }

    Progress append(char c);

    /** Empty as long as it is not known. */
    String name();

    /** The JSON of all arguments so far. */
    String arguments();

    /**
     * The arguments that were not given out yet; nothing before the name is known, nor for the opening brace alone: a call without arguments
     * gives one piece, as LangChain4j's suite for streaming models asks.
     */
    String newArguments();

    /** Whether what was read so far has nothing that a call without a mark has not. */
    default boolean mayBeWithoutMark() {
        return true;
    }
}
