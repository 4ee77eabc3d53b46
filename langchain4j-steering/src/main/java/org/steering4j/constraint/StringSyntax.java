package org.steering4j.constraint;

import java.util.List;
import java.util.function.Consumer;

/**
 * Any JSON string: valid UTF-8, control characters escaped, surrogates escaped in pairs only.
 *
 * @param least how many characters it has at least
 * @param most and at most, or {@link #UNLIMITED}
 * @param plenty so many characters that no token uses them up
 */
record StringSyntax(TextRules rules, int least, int most, int plenty) implements Syntax {

    static final int UNLIMITED = Integer.MAX_VALUE;

    StringSyntax(TextRules rules) {
        this(rules, 0, UNLIMITED, 0);
    }

    @Override
    public int shortest(int levels) {
        return least > most ? Cost.IMPOSSIBLE : Cost.sum(least, 2);
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        if (symbol == '"' && least <= most) {
            next.accept(rest.push(new Text(this, Characters.START, least, most)));
        }
    }

    /**
     * @param least how many characters must follow the one that is being written, or the last one
     * @param most and how many may
     */
    private record Text(StringSyntax syntax, Characters characters, int least, int most) implements Frame {

        @Override
        public int needed() {
            return Cost.sum(characters.needed(syntax.rules), least, 1);
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            if (!characters.betweenCharacters()) {
                Characters after = characters.next(symbol, syntax.rules);
                if (after != null) {
                    next.accept(rest.push(new Text(syntax, after, least, most)));
                }
            } else if (symbol == '"') {
                if (least == 0) {
                    next.accept(rest);
                }
            } else if (most > 0 && symbol == '\\') {
                Stack afterwards = rest.push(oneLess(Characters.START));
                Escape.ALL.forEach(escape -> next.accept(afterwards.push(escape)));
            } else if (most > 0) {
                Characters after = characters.next(symbol, syntax.rules);
                if (after != null) {
                    next.accept(rest.push(oneLess(after)));
                }
            }
        }

        private Text oneLess(Characters after) {
            return new Text(syntax, after, Math.max(0, least - 1), most == UNLIMITED ? UNLIMITED : most - 1);
        }

        /** How many characters may come matters only where they are few. */
        @Override
        public Frame forgetful() {
            return most == UNLIMITED || most <= syntax.plenty
                    ? this
                    : new Text(syntax, characters, least, syntax.plenty);
        }
    }

    /**
     * What may follow a backslash.
     *
     * @param pattern one letter for each character; see {@link #matches}
     */
    private record Escape(String pattern) implements Frame {

        /** A short escape; a character that is no surrogate, in two patterns; a pair of surrogates. */
        private static final List<Escape> ALL =
                List.of(new Escape("e"), new Escape("unxxx"), new Escape("ud7xx"), new Escape("ud8xx\\udcxx"));

        @Override
        public int needed() {
            return pattern.length();
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            if (matches(pattern.charAt(0), symbol)) {
                next.accept(pattern.length() == 1 ? rest : rest.push(new Escape(pattern.substring(1))));
            }
        }

        private static boolean matches(char letter, int symbol) {
            String allowed = switch (letter) {
                case 'e' -> "\"\\/bfnrt";
                case 'x' -> "0123456789abcdefABCDEF";
                case 'n' -> "0123456789abcefABCEF";
                case 'd' -> "dD";
                case '7' -> "01234567";
                case '8' -> "89abAB";
                case 'c' -> "cdefCDEF";
                default -> String.valueOf(letter);
            };
            return allowed.indexOf(symbol) >= 0;
        }
    }
}
