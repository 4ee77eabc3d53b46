package org.steering4j.constraint;

import java.util.function.Consumer;

/** A JSON number, or integer, of bounded length, so that no model goes on counting, and that readers of JSON take it. */
record NumberSyntax(boolean integer) implements Syntax {

    static final int MOST_INTEGER_DIGITS = 40;
    static final int MOST_DIGITS = 100;
    private static final int MOST_EXPONENT_DIGITS = 3;

    /** More than a token writes. */
    static final int MOST_DIGITS_IN_TOKEN = 20;

    @Override
    public int shortest(int levels) {
        return 1;
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        if (symbol == '-') {
            next.accept(rest.push(new Digits(this, Place.AFTER_MINUS, 0)));
        } else {
            new Digits(this, Place.AFTER_MINUS, 0).write(symbol, rest, next);
        }
    }

    private enum Place {
        AFTER_MINUS,
        AFTER_ZERO,
        IN_INTEGER,
        AFTER_POINT,
        IN_FRACTION,
        AFTER_E,
        AFTER_SIGN,
        IN_EXPONENT
    }

    /** @param count of the digits in this place */
    private record Digits(NumberSyntax syntax, Place place, int count) implements Frame {

        @Override
        public boolean mayEnd() {
            return switch (place) {
                case AFTER_ZERO, IN_INTEGER, IN_FRACTION, IN_EXPONENT -> true;
                case AFTER_MINUS, AFTER_POINT, AFTER_E, AFTER_SIGN -> false;
            };
        }

        @Override
        public int needed() {
            return mayEnd() ? 0 : 1;
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            Digits after = after(symbol);
            if (after != null) {
                next.accept(rest.push(after));
            }
        }

        @Override
        public Frame relaxed() {
            int most = switch (place) {
                case IN_INTEGER -> syntax.integer ? MOST_INTEGER_DIGITS : MOST_DIGITS;
                case IN_FRACTION -> MOST_DIGITS;
                case AFTER_E, AFTER_SIGN, IN_EXPONENT -> MOST_EXPONENT_DIGITS;
                case AFTER_MINUS, AFTER_ZERO, AFTER_POINT -> Integer.MAX_VALUE;
            };
            boolean far = count + MOST_DIGITS_IN_TOKEN <= most;
            return far || count < 0 ? this : at(place, -MOST_DIGITS_IN_TOKEN);
        }

        private Digits after(int symbol) {
            boolean digit = symbol >= '0' && symbol <= '9';
            return switch (place) {
                case AFTER_MINUS -> symbol == '0' ? at(Place.AFTER_ZERO, 0) : digit ? at(Place.IN_INTEGER, 1) : null;
                case AFTER_ZERO -> pointOrExponent(symbol);
                case IN_INTEGER ->
                    digit ? more(syntax.integer ? MOST_INTEGER_DIGITS : MOST_DIGITS) : pointOrExponent(symbol);
                case AFTER_POINT -> digit ? at(Place.IN_FRACTION, 1) : null;
                case IN_FRACTION -> digit ? more(MOST_DIGITS) : exponent(symbol);
                case AFTER_E -> symbol == '+' || symbol == '-' ? at(Place.AFTER_SIGN, count) : exponentDigit(digit);
                case AFTER_SIGN -> exponentDigit(digit);
                case IN_EXPONENT -> digit ? more(MOST_EXPONENT_DIGITS) : null;
            };
        }

        private Digits at(Place place, int count) {
            return new Digits(syntax, place, count);
        }

        private Digits more(int most) {
            return count < most ? at(place, count + 1) : null;
        }

        private Digits pointOrExponent(int symbol) {
            return symbol == '.' && !syntax.integer ? at(Place.AFTER_POINT, 0) : exponent(symbol);
        }

        private Digits exponent(int symbol) {
            return (symbol == 'e' || symbol == 'E') && !syntax.integer ? at(Place.AFTER_E, 0) : null;
        }

        private Digits exponentDigit(boolean digit) {
            return digit ? at(Place.IN_EXPONENT, count + 1) : null;
        }
    }
}
