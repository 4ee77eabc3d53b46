package org.steering4j.constraint;

import java.util.List;
import java.util.function.Consumer;

/** Any JSON string: valid UTF-8, control characters escaped, surrogates escaped in pairs only. */
record StringSyntax(TextRules rules) implements Syntax {

    @Override
    public int shortest(int levels) {
        return 2;
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        if (symbol == '"') {
            next.accept(rest.push(new Text(rules, Characters.START)));
        }
    }

    private record Text(TextRules rules, Characters characters) implements Frame {

        @Override
        public int needed() {
            return Cost.sum(characters.needed(rules), 1);
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            if (characters.betweenCharacters() && symbol == '"') {
                next.accept(rest);
            } else if (characters.betweenCharacters() && symbol == '\\') {
                Stack afterwards = rest.push(new Text(rules, Characters.START));
                Escape.ALL.forEach(escape -> next.accept(afterwards.push(escape)));
            } else {
                Characters after = characters.next(symbol, rules);
                if (after != null) {
                    next.accept(rest.push(new Text(rules, after)));
                }
            }
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
