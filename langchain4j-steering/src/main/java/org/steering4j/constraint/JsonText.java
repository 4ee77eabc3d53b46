package org.steering4j.constraint;

/** Writes strings as JSON in the one form that is expected of names and enum values: escaped only where JSON demands it. */
final class JsonText {

    private JsonText() {}

    static String quoted(String text, TextRules rules) {
        StringBuilder json = new StringBuilder("\"");
        text.codePoints().forEach(character -> append(character, json, rules));
        return json.append('"').toString();
    }

    private static void append(int character, StringBuilder json, TextRules rules) {
        boolean closesMark = rules.insideToolCall() && character == '/' && json.charAt(json.length() - 1) == '<';
        boolean surrogate = Character.getType(character) == Character.SURROGATE; // a lone one, which UTF-8 cannot hold
        int shortEscape = "\b\t\n\f\r\"\\".indexOf(character);
        if (shortEscape >= 0) {
            json.append('\\').append("btnfr\"\\".charAt(shortEscape));
        } else if (closesMark) {
            json.append("\\/");
        } else if (character < ' ' || surrogate) {
            json.append("\\u%04X".formatted(character));
        } else {
            json.appendCodePoint(character);
        }
    }
}
