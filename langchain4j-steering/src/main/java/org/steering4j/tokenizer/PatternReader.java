package org.steering4j.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steering4j.tokenizer.PatternNode.Beside;
import org.steering4j.tokenizer.PatternNode.FirstOf;
import org.steering4j.tokenizer.PatternNode.InOrder;
import org.steering4j.tokenizer.PatternNode.OneOf;
import org.steering4j.tokenizer.PatternNode.Repeated;

/**
 * Reads regular expressions in the syntax of Oniguruma, which Hugging Face's tokenizers use, as far as a finite automaton can run them: sets of
 * characters, groups, alternatives, repetitions, and conditions on a single character beside a place. What else there is, such as references
 * to groups, is refused. For one expression; not thread-safe.
 */
final class PatternReader {

    private static final int MAXIMUM_LENGTH = 20_000;
    private static final int MAXIMUM_DEPTH = 50;
    private static final int MAXIMUM_REPETITIONS = 1_000;

    private static final CharacterSet DIGIT = CharacterSets.named("Nd");
    /** With six numbers of Latin-1, as Oniguruma has it outside a set in brackets. */
    private static final CharacterSet WORD = CharacterSets.WORD.or(CharacterSet.of(0xB2, 0xB3, 0xB9, 0xB9, 0xBC, 0xBE));

    private static final CharacterSet HEXADECIMAL = CharacterSet.of('0', '9', 'a', 'f', 'A', 'F');
    private static final CharacterSet NEW_LINE = CharacterSet.single('\n');
    private static final Map<Character, Integer> CONTROLS =
            Map.of('t', 0x09, 'n', 0x0A, 'v', 0x0B, 'f', 0x0C, 'r', 0x0D, 'a', 0x07, 'e', 0x1B);
    /** Letters that are two in one character of another case, such as those of the German sharp s. */
    private static final List<String> LETTERS_WITH_LIGATURES = List.of("ss", "st", "ff", "fi", "fl");

    private final String text;
    private int at;
    private int depth;
    private boolean ignoreCase;

    private PatternReader(String text) {
        this.text = text;
    }

    /** @throws UnsupportedPatternException if it is not a regular expression, or not one that we run */
    static PatternNode read(String expression) {
        if (expression.length() > MAXIMUM_LENGTH) {
            throw new UnsupportedPatternException(
                    "it has %d characters, more than %d".formatted(expression.length(), MAXIMUM_LENGTH));
        }
        PatternReader reader = new PatternReader(expression);
        PatternNode node = reader.alternatives();
        if (reader.at < expression.length()) {
            throw reader.unsupported("the closing parenthesis without an opening one");
        }
        return node;
    }

    private PatternNode alternatives() {
        if (++depth > MAXIMUM_DEPTH) {
            throw unsupported("a nesting of more than %d groups".formatted(MAXIMUM_DEPTH));
        }
        boolean outside = ignoreCase;
        List<PatternNode> alternatives = new ArrayList<>();
        do {
            alternatives.add(sequence());
        } while (take('|'));
        ignoreCase = outside;
        depth--;
        return alternatives.size() == 1 ? alternatives.get(0) : new FirstOf(alternatives);
    }

    private PatternNode sequence() {
        List<PatternNode> parts = new ArrayList<>();
        int letters = at;
        while (at < text.length() && text.charAt(at) != '|' && text.charAt(at) != ')') {
            parts.add(repeated(atom()));
        }
        if (ignoreCase) {
            requireNoLigatures(text.substring(letters, at).toLowerCase(Locale.ROOT));
        }
        return parts.size() == 1 ? parts.get(0) : new InOrder(parts);
    }

    private void requireNoLigatures(String letters) {
        for (String pair : LETTERS_WITH_LIGATURES) {
            if (letters.contains(pair)) {
                throw unsupported("\"%s\" where case is ignored".formatted(pair));
            }
        }
    }

    private PatternNode repeated(PatternNode atom) {
        PatternNode node = atom;
        while (at < text.length()) {
            int start = at;
            int least = 0;
            int most = Repeated.UNBOUNDED;
            boolean interval = false;
            if (take('?')) {
                most = 1;
            } else if (take('+')) {
                least = 1;
            } else if (take('{')) {
                interval = true;
                least = at < text.length() && text.charAt(at) == ',' ? 0 : number();
                most = take(',') ? numberOrUnbounded() : least;
                if (least < 0 || most < least || !take('}')) {
                    at = start;
                    throw unsupported("the interval that begins here");
                }
            } else if (!take('*')) {
                return node;
            }
            if (most != Repeated.UNBOUNDED && most > MAXIMUM_REPETITIONS || least > MAXIMUM_REPETITIONS) {
                throw unsupported("more than %d repetitions".formatted(MAXIMUM_REPETITIONS));
            }
            if (node instanceof Beside || node.mayBeEmpty() && most > 1) {
                at = start;
                throw unsupported("the repetition of what may be empty");
            }
            node = quantified(node, least, most, interval, start);
        }
        return node;
    }

    private PatternNode quantified(PatternNode node, int least, int most, boolean interval, int start) {
        if (take('?')) {
            if (interval && least == most) { // in Oniguruma, {n}? is one that may be left out
                return new Repeated(new Repeated(node, least, most, true), 0, 1, true);
            }
            return new Repeated(node, least, most, false);
        }
        if (!interval && take('+')) {
            return possessive(node, least, most, start);
        }
        return new Repeated(node, least, most, true);
    }

    /** As many as there are, and no fewer: of single characters, the next is then none of them. */
    private PatternNode possessive(PatternNode node, int least, int most, int start) {
        if (!(node instanceof OneOf one)) {
            at = start;
            throw unsupported("the possessive repetition of more than a character");
        }
        Beside noMore = new Beside(true, one.set().complement(), true);
        return most == 1
                ? new FirstOf(List.of(node, noMore))
                : new InOrder(List.of(new Repeated(node, least, most, true), noMore));
    }

    private int number() {
        int start = at;
        int value = 0;
        while (at < text.length() && isDigit(text.charAt(at)) && at - start < 6) {
            value = 10 * value + text.charAt(at++) - '0';
        }
        return at == start ? -1 : value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private int numberOrUnbounded() {
        return at < text.length() && text.charAt(at) == '}' ? Repeated.UNBOUNDED : number();
    }

    private PatternNode atom() {
        char c = text.charAt(at);
        switch (c) {
            case '(':
                return group();
            case '[':
                return new OneOf(characterClass());
            case '.':
                at++;
                return new OneOf(NEW_LINE.complement());
            case '^':
                at++;
                return new FirstOf(List.of(
                        new Beside(false, CharacterSet.NONE, true),
                        new InOrder(List.of(
                                new Beside(false, NEW_LINE, false), new Beside(true, CharacterSet.ALL, false)))));
            case '$':
                at++;
                return new Beside(true, NEW_LINE, true);
            case '\\':
                return escaped();
            case '*', '+', '?', '{':
                throw unsupported("a repetition of nothing");
            default:
                return new OneOf(literal(next()));
        }
    }

    private PatternNode escaped() {
        int start = at++;
        if (at == text.length()) {
            at = start;
            throw unsupported("a backslash at the end");
        }
        switch (text.charAt(at)) {
            case 'b':
                at++;
                return edgeOfWord(true);
            case 'B':
                at++;
                return edgeOfWord(false);
            case 'A':
                at++;
                return new Beside(false, CharacterSet.NONE, true);
            case 'z':
                at++;
                return new Beside(true, CharacterSet.NONE, true);
            default:
                at = start;
                CharacterSet set = escapedSet(WORD);
                return new OneOf(set != null ? set : literal(escapedCharacter()));
        }
    }

    private static PatternNode edgeOfWord(boolean edge) {
        PatternNode wordBefore = new Beside(false, WORD, false);
        PatternNode otherBefore = new Beside(false, WORD.complement(), true);
        PatternNode wordAfter = new Beside(true, WORD, false);
        PatternNode otherAfter = new Beside(true, WORD.complement(), true);
        return new FirstOf(List.of(
                new InOrder(List.of(wordBefore, edge ? otherAfter : wordAfter)),
                new InOrder(List.of(otherBefore, edge ? wordAfter : otherAfter))));
    }

    private PatternNode group() {
        int start = at++;
        boolean outside = ignoreCase;
        PatternNode node;
        if (!take('?')) {
            node = alternatives();
        } else if (take(':')) {
            node = alternatives();
        } else if (text.startsWith("i:", at)) {
            at += 2;
            ignoreCase = true;
            node = alternatives();
        } else if (text.startsWith("-i:", at)) {
            at += 3;
            ignoreCase = false;
            node = alternatives();
        } else if (text.startsWith("=", at) || text.startsWith("!", at)) {
            node = beside(true, text.charAt(at++) == '!', start);
        } else if (text.startsWith("<=", at) || text.startsWith("<!", at)) {
            at += 2;
            node = beside(false, text.charAt(at - 1) == '!', start);
        } else {
            at = start;
            throw unsupported("the kind of group that begins here");
        }
        ignoreCase = outside;
        if (!take(')')) {
            at = start;
            throw unsupported("a group without its end");
        }
        return node;
    }

    private Beside beside(boolean ahead, boolean not, int start) {
        CharacterSet set = single(alternatives());
        if (set == null) {
            at = start;
            throw unsupported("a look-around at other than a single character");
        }
        return new Beside(ahead, not ? set.complement() : set, not);
    }

    /** The set of what is one character, or null. */
    private static CharacterSet single(PatternNode node) {
        if (node instanceof OneOf one) {
            return one.set();
        }
        if (node instanceof FirstOf choice) {
            CharacterSet all = CharacterSet.NONE;
            for (PatternNode alternative : choice.alternatives()) {
                CharacterSet set = single(alternative);
                if (set == null) {
                    return null;
                }
                all = all.or(set);
            }
            return all;
        }
        return null;
    }

    private CharacterSet characterClass() {
        if (++depth > MAXIMUM_DEPTH) {
            throw unsupported("a nesting of more than %d sets".formatted(MAXIMUM_DEPTH));
        }
        int start = at++;
        boolean not = take('^');
        CharacterSet intersection = CharacterSet.ALL;
        CharacterSet union = CharacterSet.NONE;
        boolean empty = true;
        while (true) {
            if (at >= text.length()) {
                at = start;
                throw unsupported("a set without its end");
            }
            if (text.charAt(at) == ']') {
                if (empty) {
                    throw unsupported("an empty set");
                }
                at++;
                break;
            }
            if (ignoreCase && (text.startsWith("&&", at) || text.charAt(at) == '[')) {
                throw unsupported("a set within a set where case is ignored");
            }
            if (text.startsWith("&&", at)) {
                at += 2;
                intersection = intersection.and(union);
                union = CharacterSet.NONE;
            } else {
                union = union.or(member());
            }
            empty = false;
        }
        depth--;
        CharacterSet set = intersection.and(union);
        return not ? set.complement() : set;
    }

    /** A character, a range of them, or a set within a set. */
    private CharacterSet member() {
        if (text.startsWith("[:", at)) {
            return bracketed();
        }
        if (text.charAt(at) == '[') {
            return characterClass();
        }
        if (text.charAt(at) == '\\') {
            CharacterSet set = escapedSet(CharacterSets.WORD);
            if (set != null) {
                return set;
            }
        }
        boolean dash = text.charAt(at) == '-';
        int first = character();
        if (at + 1 >= text.length() || text.charAt(at) != '-' || text.charAt(at + 1) == ']') {
            return literal(first);
        }
        if (dash || text.startsWith("-[", at) || text.startsWith("-&&", at)) {
            throw unsupported("the range that is meant here");
        }
        at++;
        int start = at;
        if (text.charAt(at) == '\\' && escapedSet(WORD) != null) {
            at = start;
            throw unsupported("a range up to a set");
        }
        int last = character();
        if (last < first) {
            throw unsupported("a range that ends before it begins");
        }
        return ranged(first, last);
    }

    private int character() {
        return text.charAt(at) == '\\' ? escapedCharacter() : next();
    }

    private CharacterSet bracketed() {
        int end = text.indexOf(":]", at);
        String name = end < 0 ? "" : text.substring(at + 2, end);
        boolean not = name.startsWith("^");
        CharacterSet set = switch (not ? name.substring(1) : name) {
            case "digit" -> DIGIT;
            case "space" -> CharacterSets.WHITE_SPACE;
            case "upper" -> CharacterSets.named("Uppercase");
            case "lower" -> CharacterSets.named("Lowercase");
            case "xdigit" -> HEXADECIMAL;
            case "punct" -> CharacterSets.PUNCTUATION.or(CharacterSets.SYMBOL);
            case "word" -> CharacterSets.WORD;
            case "cntrl" -> CharacterSets.named("Cc");
            case "ascii" -> CharacterSet.of(0, 127);
            default -> null;
        };
        if (set == null || ignoreCase) {
            throw unsupported("the set in brackets that begins here");
        }
        at = end + 2;
        return not ? set.complement() : set;
    }

    /** Null, at the same place, if what is escaped is a character. */
    private CharacterSet escapedSet(CharacterSet word) {
        if (at + 1 >= text.length()) {
            throw unsupported("a backslash at the end");
        }
        char c = text.charAt(at + 1);
        if (c == 'p' || c == 'P') {
            return property(word);
        }
        CharacterSet set = switch (Character.toLowerCase(c)) {
            case 's' -> CharacterSets.WHITE_SPACE;
            case 'd' -> DIGIT;
            case 'w' -> word;
            case 'h' -> HEXADECIMAL;
            default -> null;
        };
        if (set == null) {
            return null;
        }
        if (ignoreCase && Character.toLowerCase(c) != 's' && Character.toLowerCase(c) != 'd') {
            throw unsupported("\"\\%c\" where case is ignored".formatted(c));
        }
        at += 2;
        return Character.isUpperCase(c) ? set.complement() : set;
    }

    private CharacterSet property(CharacterSet word) {
        int start = at;
        int end = text.startsWith("{", at + 2) ? text.indexOf('}', at) : -1;
        if (end < 0) {
            throw unsupported("a property without its name");
        }
        String name = text.substring(at + 3, end);
        boolean not = text.charAt(at + 1) == 'P';
        if (name.startsWith("^")) {
            not = !not;
            name = name.substring(1);
        }
        CharacterSet set = name.equals("Word") ? word : property(name);
        if (set == null || ignoreCase) {
            at = start;
            throw unsupported("the property \"%s\"%s".formatted(name, set == null ? "" : " where case is ignored"));
        }
        at = end + 1;
        return not ? set.complement() : set;
    }

    private static CharacterSet property(String name) {
        return switch (name) {
            case "L", "Letter" -> CharacterSets.LETTER;
            case "M", "Mark" -> CharacterSets.MARK;
            case "N", "Number" -> CharacterSets.NUMBER;
            case "P", "Punctuation" -> CharacterSets.PUNCTUATION;
            case "S", "Symbol" -> CharacterSets.SYMBOL;
            case "Z", "Separator" ->
                CharacterSets.named("Zs").or(CharacterSets.named("Zl")).or(CharacterSets.named("Zp"));
            case "Space", "White_Space" -> CharacterSets.WHITE_SPACE;
            case "Digit" -> DIGIT;
            default -> name.startsWith("Older") || name.equals("Unicode9") ? null : CharacterSets.named(name);
        };
    }

    private int escapedCharacter() {
        int start = at++;
        int point = next();
        if (point == 'x' || point == 'u') {
            return hexadecimal(point, start);
        }
        if (CONTROLS.containsKey((char) point) && point < 128) {
            return CONTROLS.get((char) point);
        }
        if (point >= 'a' && point <= 'z' || point >= 'A' && point <= 'Z' || point >= '0' && point <= '9') {
            at = start;
            throw unsupported("\"\\%c\"".formatted(point));
        }
        return point;
    }

    private int hexadecimal(int kind, int start) {
        int digits;
        int end;
        if (kind == 'x' && take('{')) {
            digits = at;
            end = text.indexOf('}', at);
            at = end + 1;
        } else {
            digits = at;
            end = at + (kind == 'x' ? 2 : 4);
            at = end;
        }
        int point = -1;
        if (end > digits && end <= text.length() && end - digits <= 6) {
            try {
                point = Integer.parseUnsignedInt(text, digits, end, 16);
            } catch (NumberFormatException e) {
                point = -1; // refused below
            }
        }
        boolean character = point >= 0
                && point <= Character.MAX_CODE_POINT
                && Character.getType(point) != Character.SURROGATE
                && (kind == 'u' || text.charAt(digits - 1) == '{' || point < 128);
        if (!character) {
            at = start;
            throw unsupported("the number of a character that begins here");
        }
        return point;
    }

    private int next() {
        int point = text.codePointAt(at);
        at += Character.charCount(point);
        return point;
    }

    private boolean take(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    /** With the letters of the other case, where case is ignored. */
    private CharacterSet literal(int point) {
        return ranged(point, point);
    }

    private CharacterSet ranged(int first, int last) {
        CharacterSet set = CharacterSet.of(first, last);
        if (!ignoreCase) {
            return set;
        }
        if (last > 127) {
            throw unsupported("a character beyond ASCII where case is ignored");
        }
        for (int letter = 'a'; letter <= 'z'; letter++) {
            int capital = letter - 'a' + 'A';
            if (first <= letter && letter <= last || first <= capital && capital <= last) {
                set = set.or(CharacterSet.of(letter, letter, capital, capital));
            }
        }
        if (set.contains('s')) {
            set = set.or(CharacterSet.single(0x17F)); // long s
        }
        return set.contains('k') ? set.or(CharacterSet.single(0x212A)) : set; // Kelvin
    }

    private UnsupportedPatternException unsupported(String what) {
        return new UnsupportedPatternException("%s, at character %d, is not supported".formatted(what, at));
    }
}
