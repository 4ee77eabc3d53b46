package org.steering4j.constraint;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Small vocabularies: what each token writes, and the tokens that end an answer. */
record TestVocabularies(Map<Integer, byte[]> texts, Map<String, Integer> marks, Vocabulary vocabulary) {

    static final int END = 1000;
    private static final int OTHER_END = 1001;
    private static final int CONTROL = 1002;
    private static final int OPENING = 1003;
    private static final int CLOSING = 1004;
    private static final int TOOL_CALLS = 1005;
    private static final int ARGUMENTS = 1006;
    static final int SIZE = 1010;

    private static final List<String> PIECES = List.of(
            "{\"",
            "\"}",
            "\":",
            "\": \"",
            "\",\"",
            "\", \"",
            "\"},{\"",
            "[[",
            "]]",
            "}}",
            "]}",
            "{}",
            "[]",
            "\":\"",
            "\":[\"",
            "{ }",
            "\n  ",
            "\n    ",
            "  ",
            "    ",
            " \"",
            "true",
            "false",
            "null",
            " true",
            "tr",
            "ue",
            "12",
            "123456",
            ".5",
            "1e",
            "-0",
            "\\u",
            "\\u00",
            "d83d",
            "\\ud83d\\ude00",
            "\\n",
            "\\\"",
            "name",
            "\"name\"",
            "na",
            "me\":",
            "value",
            "children",
            "\":[{\"",
            "\":1,\"",
            "\":1,\"b\":",
            "\"\":\"\",\"",
            "\"a\":1,\"a\":1",
            "</",
            "tool_call>",
            "<tool_call>",
            "é",
            "ü\"",
            "\u2028",
            "the ",
            "quick",
            "{\n",
            ",\n",
            "[\n",
            "circle",
            "radius",
            "kind\":\"",
            "{",
            "{",
            "\":{\"",
            "\":[",
            "}]",
            "left",
            "right\":");

    private static TestVocabularies of(Map<Integer, byte[]> texts, Map<String, Integer> marks) {
        return new TestVocabularies(texts, marks, Vocabulary.of(texts, marks, Set.of(END, OTHER_END), SIZE));
    }

    /** Every byte is a token, and no other. */
    static TestVocabularies bytes() {
        return of(byteTexts(), Map.of());
    }

    /** Bytes; pieces of JSON that begin and end anywhere; parts of characters; one token for each mark. */
    static TestVocabularies merged() {
        return of(
                mergedTexts(),
                Map.of(
                        "<tool_call>",
                        OPENING,
                        "</tool_call>",
                        CLOSING,
                        "[TOOL_CALLS]",
                        TOOL_CALLS,
                        "[ARGS]",
                        ARGUMENTS));
    }

    /** The same without tokens for the marks. */
    static TestVocabularies mergedWithoutMarks() {
        return of(mergedTexts(), Map.of());
    }

    /** As SentencePiece without bytes to fall back on: some characters as a whole, others not at all, and a piece that ends within one. */
    static TestVocabularies characters() {
        Map<Integer, byte[]> texts = new LinkedHashMap<>();
        for (char c = ' '; c <= '~'; c++) {
            texts.put(texts.size(), String.valueOf(c).getBytes(StandardCharsets.UTF_8));
        }
        for (String text : List.of("\n", "é", "ü", "😀", "ß\"", "{\"", "\":", "\",\"")) {
            texts.put(texts.size(), text.getBytes(StandardCharsets.UTF_8));
        }
        texts.put(texts.size(), new byte[] {'a', (byte) 0xC3});
        return of(texts, Map.of());
    }

    private static Map<Integer, byte[]> byteTexts() {
        Map<Integer, byte[]> texts = new LinkedHashMap<>();
        for (int value = 0; value < 256; value++) {
            texts.put(value, new byte[] {(byte) value});
        }
        return texts;
    }

    private static Map<Integer, byte[]> mergedTexts() {
        Map<Integer, byte[]> texts = byteTexts();
        for (String piece : PIECES) {
            texts.put(texts.size(), piece.getBytes(StandardCharsets.UTF_8));
        }
        byte[] smile = "😀".getBytes(StandardCharsets.UTF_8);
        texts.put(texts.size(), new byte[] {smile[0], smile[1]});
        texts.put(texts.size(), new byte[] {smile[2], smile[3], '"'});
        texts.put(texts.size(), new byte[] {'x', (byte) 0xC3});
        texts.put(texts.size(), new byte[] {(byte) 0xBC, (byte) 0xC3});
        texts.put(texts.size(), new byte[] {(byte) 0xFF, (byte) 0xFE});
        texts.put(texts.size(), new byte[0]);
        texts.put(CONTROL - 10, "x".getBytes(StandardCharsets.UTF_8));
        texts.put(END, "}".getBytes(StandardCharsets.UTF_8));
        texts.put(SIZE + 5, "beyond".getBytes(StandardCharsets.UTF_8));
        return texts;
    }

    /** What a token writes; marks are spelled. */
    byte[] text(int token) {
        for (Map.Entry<String, Integer> mark : marks.entrySet()) {
            if (mark.getValue() == token) {
                return mark.getKey().getBytes(StandardCharsets.UTF_8);
            }
        }
        return texts.get(token);
    }

    @Override
    public String toString() {
        return texts.size() + " tokens, marks " + marks.keySet();
    }
}
