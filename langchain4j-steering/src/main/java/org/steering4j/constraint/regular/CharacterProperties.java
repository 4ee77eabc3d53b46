package org.steering4j.constraint.regular;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/**
 * What {@code \d}, {@code \w}, {@code \s} and <code>\p{...}</code> stand for (ECMA 262, sections 22.2.2.9 and 22.2.2.10): general categories,
 * scripts and the binary properties that Java knows, in the Unicode version of the running Java.
 */
final class CharacterProperties {

    static final CharacterSet DIGIT = CharacterSet.range('0', '9');
    static final CharacterSet WORD = CharacterSet.range('a', 'z')
            .or(CharacterSet.range('A', 'Z'))
            .or(DIGIT)
            .or(CharacterSet.of('_'));
    static final CharacterSet LINE_END = CharacterSet.of("\n\r\u2028\u2029");
    static final CharacterSet SPACE = CharacterSet.of("\t\u000B\f \u00A0\uFEFF")
            .or(LINE_END)
            .or(CharacterSet.of(character -> Character.getType(character) == Character.SPACE_SEPARATOR));

    private static final Pattern SCRIPT = Pattern.compile("[A-Z][a-z]*(_[A-Z][a-z]*)*");
    private static final Map<String, int[]> CATEGORIES = new HashMap<>();
    private static final Map<String, IntPredicate> BINARY = Map.ofEntries(
            Map.entry("Any", character -> true),
            Map.entry("ASCII", character -> character < 0x80),
            Map.entry("Assigned", Character::isDefined),
            Map.entry("Alphabetic", Character::isAlphabetic),
            Map.entry("Alpha", Character::isAlphabetic),
            Map.entry("Uppercase", Character::isUpperCase),
            Map.entry("Upper", Character::isUpperCase),
            Map.entry("Lowercase", Character::isLowerCase),
            Map.entry("Lower", Character::isLowerCase),
            Map.entry("Ideographic", Character::isIdeographic),
            Map.entry("Ideo", Character::isIdeographic),
            Map.entry("White_Space", CharacterProperties::isWhiteSpace),
            Map.entry("space", CharacterProperties::isWhiteSpace),
            Map.entry("ASCII_Hex_Digit", CharacterProperties::isHexDigit),
            Map.entry("AHex", CharacterProperties::isHexDigit));

    private static final Map<String, CharacterSet> KNOWN = new ConcurrentHashMap<>();

    static {
        category("Lu Uppercase_Letter", Character.UPPERCASE_LETTER);
        category("Ll Lowercase_Letter", Character.LOWERCASE_LETTER);
        category("Lt Titlecase_Letter", Character.TITLECASE_LETTER);
        category("LC Cased_Letter", Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER);
        category("Lm Modifier_Letter", Character.MODIFIER_LETTER);
        category("Lo Other_Letter", Character.OTHER_LETTER);
        category(
                "L Letter",
                Character.UPPERCASE_LETTER,
                Character.LOWERCASE_LETTER,
                Character.TITLECASE_LETTER,
                Character.MODIFIER_LETTER,
                Character.OTHER_LETTER);
        category("Mn Nonspacing_Mark", Character.NON_SPACING_MARK);
        category("Mc Spacing_Mark", Character.COMBINING_SPACING_MARK);
        category("Me Enclosing_Mark", Character.ENCLOSING_MARK);
        category(
                "M Mark Combining_Mark",
                Character.NON_SPACING_MARK,
                Character.COMBINING_SPACING_MARK,
                Character.ENCLOSING_MARK);
        category("Nd Decimal_Number digit", Character.DECIMAL_DIGIT_NUMBER);
        category("Nl Letter_Number", Character.LETTER_NUMBER);
        category("No Other_Number", Character.OTHER_NUMBER);
        category("N Number", Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER);
        category("Pc Connector_Punctuation", Character.CONNECTOR_PUNCTUATION);
        category("Pd Dash_Punctuation", Character.DASH_PUNCTUATION);
        category("Ps Open_Punctuation", Character.START_PUNCTUATION);
        category("Pe Close_Punctuation", Character.END_PUNCTUATION);
        category("Pi Initial_Punctuation", Character.INITIAL_QUOTE_PUNCTUATION);
        category("Pf Final_Punctuation", Character.FINAL_QUOTE_PUNCTUATION);
        category("Po Other_Punctuation", Character.OTHER_PUNCTUATION);
        category(
                "P Punctuation punct",
                Character.CONNECTOR_PUNCTUATION,
                Character.DASH_PUNCTUATION,
                Character.START_PUNCTUATION,
                Character.END_PUNCTUATION,
                Character.INITIAL_QUOTE_PUNCTUATION,
                Character.FINAL_QUOTE_PUNCTUATION,
                Character.OTHER_PUNCTUATION);
        category("Sm Math_Symbol", Character.MATH_SYMBOL);
        category("Sc Currency_Symbol", Character.CURRENCY_SYMBOL);
        category("Sk Modifier_Symbol", Character.MODIFIER_SYMBOL);
        category("So Other_Symbol", Character.OTHER_SYMBOL);
        category(
                "S Symbol",
                Character.MATH_SYMBOL,
                Character.CURRENCY_SYMBOL,
                Character.MODIFIER_SYMBOL,
                Character.OTHER_SYMBOL);
        category("Zs Space_Separator", Character.SPACE_SEPARATOR);
        category("Zl Line_Separator", Character.LINE_SEPARATOR);
        category("Zp Paragraph_Separator", Character.PARAGRAPH_SEPARATOR);
        category("Z Separator", Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR);
        category("Cc Control cntrl", Character.CONTROL);
        category("Cf Format", Character.FORMAT);
        category("Co Private_Use", Character.PRIVATE_USE);
    }

    private CharacterProperties() {}

    private static void category(String names, int... types) {
        for (String name : names.split(" ")) {
            CATEGORIES.put(name, types);
        }
    }

    /**
     * Characters that this Java knows. Those that a later version of Unicode assigns are in no property and in no negation of one: whoever
     * validates an answer may know them.
     */
    static CharacterSet assigned() {
        return KNOWN.computeIfAbsent("Assigned", name -> CharacterSet.of(Character::isDefined));
    }

    /**
     * @param property what stands between the braces
     * @throws NotRegularException for one that is not known
     */
    static CharacterSet property(String property) {
        CharacterSet known = KNOWN.get(property);
        if (known == null) {
            known = CharacterSet.of(predicate(property));
            KNOWN.put(property, known);
        }
        return known;
    }

    private static IntPredicate predicate(String property) {
        int equals = property.indexOf('=');
        String name = property.substring(0, Math.max(0, equals));
        String value = property.substring(equals + 1);
        int[] types =
                name.isEmpty() || name.equals("General_Category") || name.equals("gc") ? CATEGORIES.get(value) : null;
        if (types != null) {
            return character -> isOneOf(Character.getType(character), types);
        }
        if (name.equals("Script") || name.equals("sc")) {
            Character.UnicodeScript script = script(value, property);
            return character -> Character.UnicodeScript.of(character) == script;
        }
        IntPredicate binary = name.isEmpty() ? BINARY.get(value) : null;
        if (binary == null) {
            throw unknown(property);
        }
        return binary;
    }

    private static boolean isOneOf(int type, int[] types) {
        for (int one : types) {
            if (one == type) {
                return true;
            }
        }
        return false;
    }

    private static Character.UnicodeScript script(String name, String property) {
        if (!SCRIPT.matcher(name).matches()) { // Java takes any case
            throw unknown(property);
        }
        try {
            return Character.UnicodeScript.forName(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw unknown(property);
        }
    }

    private static NotRegularException unknown(String property) {
        return new NotRegularException(
                "which holds \\p{%s}, a property of characters that is not known here".formatted(property));
    }

    private static boolean isWhiteSpace(int character) {
        return (character >= '\t' && character <= '\r')
                || character == 0x85
                || Character.isSpaceChar(character); // space, line and paragraph separators
    }

    private static boolean isHexDigit(int character) {
        return character < 0x80 && Character.digit(character, 16) >= 0;
    }
}
