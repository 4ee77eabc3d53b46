package org.steering4j.prompt;

import java.util.HashMap;
import java.util.Map;

/**
 * The marks of tool calls as they stand in the decoded text of a model's answers. A mark that is a control token of the model's tokenizer is one
 * character there, half of a surrogate pair, which the text of no other token holds: so the same mark spelled in letters is text. A mark that
 * the tokenizer has no token for is its letters. Immutable.
 *
 * @param format whose marks they are
 * @param characters from each mark that is a control token to what stands for it
 */
record ToolCallMarks(ToolCallFormat format, Map<String, String> characters) {

    private static final char FIRST_CHARACTER = Character.MIN_LOW_SURROGATE;

    static ToolCallMarks of(ToolCallFormat format, TextTokenizer tokenizer) {
        Map<String, String> characters = new HashMap<>();
        for (String mark : format.marks()) {
            if (tokenizer.controlToken(mark).isPresent()) {
                characters.put(mark, String.valueOf((char) (FIRST_CHARACTER + characters.size())));
            }
        }
        return new ToolCallMarks(format, Map.copyOf(characters));
    }

    String opening() {
        return inText(format.opening());
    }

    /** Empty if there is none. */
    String closing() {
        return inText(format.closing());
    }

    /** What may stand behind a list of calls; empty if nothing does. */
    String afterList() {
        return inText(format.afterList());
    }

    String arguments() {
        return inText(ToolCallFormat.ARGUMENTS_MARK);
    }

    String callId() {
        return inText(ToolCallFormat.CALL_ID_MARK);
    }

    private String inText(String mark) {
        return characters.getOrDefault(mark, mark);
    }

    /** A text in which the control tokens that the marks are stand as in an answer. */
    String asTokens(String spelled) {
        String text = spelled;
        for (Map.Entry<String, String> mark : characters.entrySet()) {
            text = text.replace(mark.getKey(), mark.getValue());
        }
        return text;
    }

    /** Whether a character stands for a control token. */
    boolean isControlToken(char c) {
        return characters.containsValue(String.valueOf(c));
    }

    /** The same text with all marks in letters, as it is shown. */
    String spelled(String text) {
        String spelled = text;
        for (Map.Entry<String, String> mark : characters.entrySet()) {
            spelled = spelled.replace(mark.getValue(), mark.getKey());
        }
        return spelled;
    }
}
