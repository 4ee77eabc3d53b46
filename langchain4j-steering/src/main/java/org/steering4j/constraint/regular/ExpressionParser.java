package org.steering4j.constraint.regular;

import java.util.ArrayList;
import java.util.List;
import org.steering4j.constraint.regular.Expression.Alternatives;
import org.steering4j.constraint.regular.Expression.Assertion;
import org.steering4j.constraint.regular.Expression.Characters;
import org.steering4j.constraint.regular.Expression.Repetition;
import org.steering4j.constraint.regular.Expression.Sequence;

/**
 * Reads a regular expression as ECMA 262 does with the flag {@code u}, which is how JSON Schema's patterns are to be read. As without that
 * flag, a character that is no letter and no digit may be escaped needlessly, and a brace or a closing bracket without a partner stands for
 * itself. For one expression.
 */
final class ExpressionParser {

    private static final int MOST_NESTED_GROUPS = 200;
    private static final int END = -1;
    private static final CharacterSet NO_LINE_END = CharacterProperties.LINE_END.not();

    private final String text;
    private final int[] characters;
    private int place;
    private int groups;

    private ExpressionParser(String text) {
        this.text = text;
        this.characters = text.codePoints().toArray();
    }

    /** @throws NotRegularException for what is no regular expression, or none that describes a regular language */
    static Expression parse(String text) {
        ExpressionParser parser = new ExpressionParser(text);
        Expression expression = parser.alternatives();
        if (parser.peek() != END) {
            throw parser.refusal("the closing parenthesis", parser.place, "which nothing opens");
        }
        return expression;
    }

    private Expression alternatives() {
        List<Expression> alternatives = new ArrayList<>();
        alternatives.add(sequence());
        while (skip('|')) {
            alternatives.add(sequence());
        }
        return alternatives.size() == 1 ? alternatives.get(0) : new Alternatives(alternatives);
    }

    private Expression sequence() {
        List<Expression> parts = new ArrayList<>();
        while (peek() != END && peek() != '|' && peek() != ')') {
            parts.add(repeated());
        }
        return parts.size() == 1 ? parts.get(0) : new Sequence(parts);
    }

    private Expression repeated() {
        int start = place;
        Expression atom = atom();
        int beforeQuantifier = place;
        int least;
        int most = Repetition.UNLIMITED;
        if (skip('*')) {
            least = 0;
        } else if (skip('+')) {
            least = 1;
        } else if (skip('?')) {
            least = 0;
            most = 1;
        } else if (peek() == '{' && (isDigit(peek(1)) || peek(1) == ',')) {
            place++;
            least = number(beforeQuantifier);
            most = !skip(',') ? least : peek() == '}' ? Repetition.UNLIMITED : number(beforeQuantifier);
            if (!skip('}') || most < least) {
                throw refusal(
                        "the repetition", beforeQuantifier, "which is to be {n}, {n,} or {n,m} with m at least n");
            }
        } else {
            return atom;
        }
        if (atom instanceof Assertion && characters[start] != '(') {
            throw refusal("the repetition", beforeQuantifier, "which repeats no character");
        }
        skip('?'); // lazy: another match is found, but the same texts match
        if (peek() == '*' || peek() == '+' || peek() == '?') {
            throw refusal("the repetition", start, "which is followed by another one");
        }
        return new Repetition(atom, least, most);
    }

    private int number(int start) {
        long number = 0;
        int first = place;
        while (isDigit(peek())) {
            number = Math.min(Integer.MAX_VALUE - 1, number * 10 + peek() - '0');
            place++;
        }
        if (place == first) {
            throw refusal("the repetition", start, "which is to be {n}, {n,} or {n,m}");
        }
        return (int) number;
    }

    private Expression atom() {
        int start = place;
        int character = characters[place++];
        return switch (character) {
            case '^' -> Assertion.START;
            case '$' -> Assertion.END;
            case '.' -> new Characters(NO_LINE_END);
            case '(' -> group(start);
            case '[' -> new Characters(characterClass(start));
            case '\\' -> {
                if (skip('b')) {
                    yield Assertion.WORD_BOUNDARY;
                }
                yield skip('B') ? Assertion.NO_WORD_BOUNDARY : new Characters(escape(start, false).set);
            }
            case '*', '+', '?' -> throw refusal("the repetition", start, "which has nothing to repeat");
            case '{' -> {
                if (isDigit(peek()) || peek() == ',') {
                    throw refusal("the repetition", start, "which has nothing to repeat");
                }
                yield new Characters(CharacterSet.of('{'));
            }
            default -> new Characters(CharacterSet.of(character));
        };
    }

    private Expression group(int start) {
        if (++groups > MOST_NESTED_GROUPS) {
            throw new NotRegularException(
                    "which holds more than %d groups within one another".formatted(MOST_NESTED_GROUPS));
        }
        if (skip('?')) {
            if (skip('=') || skip('!')) {
                throw refusal("the lookahead", start, "");
            }
            if (skip('<')) {
                if (skip('=') || skip('!')) {
                    throw refusal("the lookbehind", start, "");
                }
                while (peek() != END && peek() != '>') {
                    place++;
                }
                if (!skip('>')) {
                    throw refusal("the name of a group", start, "which nothing closes");
                }
            } else if (!skip(':')) {
                place++;
                throw refusal(
                        "the group",
                        start,
                        "which is of a kind that ECMA 262 lacks, or that sets a flag; write (?:...)");
            }
        }
        Expression inside = alternatives();
        if (!skip(')')) {
            throw refusal("the group", start, "which nothing closes");
        }
        groups--;
        return inside;
    }

    /** @param single whether it is one character, which may begin or end a range */
    private record ClassMember(CharacterSet set, boolean single, boolean isProperty) {

        private int character() {
            return set.bounds()[0];
        }
    }

    private CharacterSet characterClass(int start) {
        boolean negated = skip('^');
        boolean hasProperty = false;
        CharacterSet set = CharacterSet.NONE;
        while (!skip(']')) {
            ClassMember first = classMember(start);
            hasProperty |= first.isProperty;
            set = set.or(first.set);
            if (peek() == '-' && peek(1) != ']' && peek(1) != END) {
                place++;
                ClassMember last = classMember(start);
                hasProperty |= last.isProperty;
                if (!first.single || !last.single) {
                    set = set.or(last.set).or(CharacterSet.of('-')); // [\w-.] as without the flag u
                } else if (first.set.bounds().length > 0 && last.set.bounds().length > 0) {
                    if (first.character() > last.character()) {
                        throw refusal("the class", start, "which holds a range whose end is before its beginning");
                    }
                    set = set.or(CharacterSet.range(first.character(), last.character()));
                }
            }
        }
        if (negated) {
            set = hasProperty ? set.not().and(CharacterProperties.assigned()) : set.not();
        }
        return set;
    }

    private ClassMember classMember(int start) {
        int memberStart = place;
        if (peek() == END) {
            throw refusal("the class", start, "which nothing closes");
        }
        int character = characters[place++];
        return character == '\\' ? escape(memberStart, true) : single(character);
    }

    private static ClassMember single(int character) {
        return new ClassMember(CharacterSet.of(character), true, false);
    }

    private static ClassMember several(CharacterSet set) {
        return new ClassMember(set, false, false);
    }

    /** @param start of the backslash, which is read */
    private ClassMember escape(int start, boolean inClass) {
        if (peek() == END) {
            throw refusal("the backslash", start, "which nothing follows");
        }
        int letter = characters[place++];
        return switch (letter) {
            case 'd' -> several(CharacterProperties.DIGIT);
            case 'D' -> several(CharacterProperties.DIGIT.not());
            case 'w' -> several(CharacterProperties.WORD);
            case 'W' -> several(CharacterProperties.WORD.not());
            case 's' -> several(CharacterProperties.SPACE);
            case 'S' -> several(CharacterProperties.SPACE.not());
            case 'p', 'P' -> property(start, letter == 'P');
            case 't' -> single('\t');
            case 'n' -> single('\n');
            case 'v' -> single(0x0B);
            case 'f' -> single('\f');
            case 'r' -> single('\r');
            case 'b' -> single('\b'); // outside a class it is read before
            case 'c' -> control(start);
            case 'x' -> single(hexadecimal(2, start));
            case 'u' -> unicode(start);
            case '0' -> {
                if (isDigit(peek())) {
                    throw refusal("the octal escape", start, "for which \\x is to be written");
                }
                yield single(0);
            }
            case 'k', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                throw inClass
                        ? refusal("the escape", start, "which a class cannot hold")
                        : refusal("the backreference", start, "");
            default -> {
                if (letter < 0x80 && Character.isLetter(letter)) {
                    throw refusal("the escape", start, "which ECMA 262 does not know");
                }
                yield single(letter);
            }
        };
    }

    private ClassMember property(int start, boolean negated) {
        StringBuilder name = new StringBuilder();
        if (!skip('{')) {
            throw refusal("the escape", start, "which a name in braces is to follow");
        }
        while (peek() != END && peek() != '}') {
            name.appendCodePoint(characters[place++]);
        }
        if (!skip('}')) {
            throw refusal("the escape", start, "whose brace nothing closes");
        }
        CharacterSet set = CharacterProperties.property(name.toString());
        return new ClassMember(negated ? set.not().and(CharacterProperties.assigned()) : set, false, true);
    }

    private ClassMember control(int start) {
        int letter = peek();
        if (letter >= 0x80 || !Character.isLetter(letter)) {
            throw refusal("the escape", start, "which a letter is to follow");
        }
        place++;
        return single(letter % 32);
    }

    private ClassMember unicode(int start) {
        if (skip('{')) {
            int character = 0;
            int first = place;
            while (Character.digit(peek(), 16) >= 0 && character <= Character.MAX_CODE_POINT) {
                character = character * 16 + Character.digit(characters[place++], 16);
            }
            if (place == first || character > Character.MAX_CODE_POINT || !skip('}')) {
                throw refusal("the escape", start, "which is to name a character up to 10FFFF in hexadecimal digits");
            }
            return single(character);
        }
        int unit = hexadecimal(4, start);
        if (Character.isHighSurrogate((char) unit) && peek() == '\\' && peek(1) == 'u' && peek(2) != '{') {
            int afterFirst = place;
            place += 2;
            int second = hexadecimal(4, start);
            if (Character.isLowSurrogate((char) second)) {
                return single(Character.toCodePoint((char) unit, (char) second));
            }
            place = afterFirst;
        }
        return single(unit);
    }

    private int hexadecimal(int digits, int start) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw refusal("the escape", start, "which %d hexadecimal digits are to follow".formatted(digits));
            }
            value = value * 16 + digit;
            place++;
        }
        return value;
    }

    private int peek() {
        return peek(0);
    }

    private int peek(int ahead) {
        return place + ahead < characters.length ? characters[place + ahead] : END;
    }

    private boolean skip(int character) {
        if (peek() != character) {
            return false;
        }
        place++;
        return true;
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private NotRegularException refusal(String what, int start, String why) {
        int end = Math.min(Math.max(place, start + 1), characters.length);
        return new NotRegularException("which holds %s \"%s\" at character %d%s"
                .formatted(
                        what, new String(characters, start, end - start), start + 1, why.isEmpty() ? "" : ", " + why));
    }
}
