package org.steering4j.prompt.jinja;

/** What a string in a template means, by Python's rules for escapes. */
final class StringLiteral {

    private StringLiteral() {}

    /** @param literal without its quotes */
    static String meaning(String literal, int line) {
        StringBuilder meaning = new StringBuilder(literal.length());
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (c != '\\') {
                meaning.append(c);
                continue;
            }
            char escape = literal.charAt(++i);
            int digits = "xuU".indexOf(escape) < 0 ? 0 : 2 << "xuU".indexOf(escape);
            if (digits > 0) {
                meaning.appendCodePoint(hexadecimal(literal, i + 1, digits, line));
                i += digits;
            } else if (escape >= '0' && escape <= '7') {
                int end = i;
                while (end < literal.length()
                        && end < i + 3
                        && literal.charAt(end) >= '0'
                        && literal.charAt(end) <= '7') {
                    end++;
                }
                meaning.appendCodePoint(Integer.parseInt(literal.substring(i, end), 8));
                i = end - 1;
            } else if (escape == 'N') {
                throw new JinjaException(line, "the escape \\N in a string is not supported: write the character");
            } else {
                appendEscaped(escape, meaning);
            }
        }
        return meaning.toString();
    }

    private static void appendEscaped(char escape, StringBuilder meaning) {
        switch (escape) {
            case 'n' -> meaning.append('\n');
            case 't' -> meaning.append('\t');
            case 'r' -> meaning.append('\r');
            case 'a' -> meaning.append('\u0007');
            case 'b' -> meaning.append('\b');
            case 'f' -> meaning.append('\f');
            case 'v' -> meaning.append('\u000B');
            case '\\', '\'', '"' -> meaning.append(escape);
            case '\n' -> {} // the line goes on
            default -> meaning.append('\\').append(escape);
        }
    }

    private static int hexadecimal(String literal, int from, int digits, int line) {
        try {
            int point = Integer.parseInt(literal.substring(from, from + digits), 16);
            if (Character.isValidCodePoint(point)) {
                return point;
            }
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            // said below
        }
        throw new JinjaException(
                line, "an escape in a string is cut short or no character: \\" + literal.substring(from - 1));
    }
}
