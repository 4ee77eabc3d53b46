package org.steering4j.prompt.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.steering4j.prompt.jinja.Token.Kind;

/**
 * Cuts a template's source into tokens, white space control included: {@code trim_blocks} drops the line break after a tag or comment,
 * {@code lstrip_blocks} the blanks before one that begins a line, {@code -} all white space on its side, and {@code +} keeps it.
 */
final class Lexer {

    private static final int FLAGS = Pattern.UNICODE_CHARACTER_CLASS | Pattern.DOTALL;
    private static final Pattern OPENING = Pattern.compile("\\{([{%#])([-+]?)");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%}\\s*|%})", FLAGS);
    private static final Pattern END_OF_RAW =
            Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\\n?)", FLAGS);
    private static final Pattern END_OF_COMMENT = Pattern.compile("(?:\\+#}|-#}\\s*|#}\\n?)", FLAGS);
    private static final Pattern END_OF_TAG = Pattern.compile("(?:\\+%}|-%}\\s*|%}\\n?)", FLAGS);
    private static final Pattern END_OF_OUTPUT = Pattern.compile("(?:-}}\\s*|}})", FLAGS);
    private static final Pattern SPACE = Pattern.compile("\\s+", FLAGS);
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\w]*", FLAGS);
    private static final Pattern DECIMAL =
            Pattern.compile("(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    /** Possessive: else the matcher would call itself for every escape. */
    private static final Pattern STRING =
            Pattern.compile("'((?:[^'\\\\]|\\\\.)*+)'|\"((?:[^\"\\\\]|\\\\.)*+)\"", FLAGS);

    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}<>=.:|,]");

    private final String source;
    private final int[] lineBreaks;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    /** Whether what stands at the position begins a line, for all that was dropped before it. */
    private boolean beginsLine = true;

    private Lexer(String source) {
        this.source = source;
        this.lineBreaks = IntStream.range(0, source.length())
                .filter(index -> source.charAt(index) == '\n')
                .toArray();
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.readAll();
        return List.copyOf(lexer.tokens);
    }

    private void readAll() {
        Matcher opening = OPENING.matcher(source);
        while (opening.find(position)) {
            int start = opening.start();
            boolean output = opening.group(1).equals("{");
            addText(start, opening.group(2), output);
            position = opening.end();
            switch (opening.group(1)) {
                case "#" -> skipComment(start);
                case "{" -> readCode(Kind.OPEN_OUTPUT, END_OF_OUTPUT, Kind.CLOSE_OUTPUT, start);
                default -> {
                    Matcher raw = RAW.matcher(source).region(start, source.length());
                    if (raw.lookingAt()) {
                        moveTo(raw.end());
                        readRaw(start);
                    } else {
                        readCode(Kind.OPEN_TAG, END_OF_TAG, Kind.CLOSE_TAG, start);
                    }
                }
            }
        }
        add(Kind.TEXT, source.substring(position), position);
        add(Kind.END, "", source.length());
    }

    /** The text up to a tag, without what the tag drops of it. */
    private void addText(int end, String sign, boolean output) {
        String text = source.substring(position, end);
        int start = text.lastIndexOf('\n') + 1;
        if (sign.equals("-")) {
            text = stripTrailing(text);
        } else if (sign.isEmpty() && !output && (start > 0 || beginsLine) && isSpace(text.substring(start))) {
            text = text.substring(0, start);
        }
        add(Kind.TEXT, text, position);
    }

    private static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && Strings.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    private static boolean isSpace(String text) {
        return text.chars().allMatch(Strings::isSpace);
    }

    private void skipComment(int start) {
        Matcher end = END_OF_COMMENT.matcher(source);
        if (!end.find(position)) {
            throw new JinjaException(lineAt(start), "the comment {# has no end #}");
        }
        moveTo(end.end());
    }

    private void readRaw(int start) {
        Matcher end = END_OF_RAW.matcher(source);
        if (!end.find(position)) {
            throw new JinjaException(lineAt(start), "{% raw %} has no {% endraw %}");
        }
        addText(end.start(), end.group(1), false);
        moveTo(end.end());
    }

    private void moveTo(int end) {
        beginsLine = source.charAt(end - 1) == '\n';
        position = end;
    }

    private void readCode(Kind opening, Pattern ending, Kind closing, int start) {
        add(opening, "", start);
        Deque<Character> brackets = new ArrayDeque<>();
        while (true) {
            Matcher space = at(SPACE);
            if (space.lookingAt()) {
                position = space.end();
            }
            Matcher end = at(ending);
            if (brackets.isEmpty() && end.lookingAt()) {
                add(closing, "", position);
                moveTo(end.end());
                return;
            }
            if (position == source.length()) {
                throw new JinjaException(
                        lineAt(start),
                        "%s has no end".formatted(opening == Kind.OPEN_TAG ? "the tag {%" : "the output {{"));
            }
            readToken(brackets);
        }
    }

    private void readToken(Deque<Character> brackets) {
        int start = position;
        boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
        Matcher token;
        if (!afterDot && (token = at(DECIMAL)).lookingAt()) {
            add(Kind.DECIMAL, token.group().replace("_", ""), start);
        } else if ((token = at(INTEGER)).lookingAt()) {
            add(Kind.INTEGER, token.group().replace("_", ""), start);
        } else if ((token = at(NAME)).lookingAt()) {
            add(Kind.NAME, token.group(), start);
        } else if ((token = at(STRING)).lookingAt()) {
            String literal = token.group(1) == null ? token.group(2) : token.group(1);
            add(Kind.STRING, StringLiteral.meaning(literal, lineAt(start)), start);
        } else if ((token = at(OPERATOR)).lookingAt()) {
            balance(token.group(), brackets);
            add(Kind.OPERATOR, token.group(), start);
        } else {
            throw new JinjaException(lineAt(start), "unexpected character '%c'".formatted(source.codePointAt(start)));
        }
        position = token.end();
    }

    private void balance(String operator, Deque<Character> brackets) {
        char sign = operator.charAt(0);
        if ("([{".indexOf(sign) >= 0) {
            brackets.push(")]}".charAt("([{".indexOf(sign)));
        } else if (")]}".indexOf(sign) >= 0 && (brackets.isEmpty() || brackets.pop() != sign)) {
            throw new JinjaException(lineAt(position), "unexpected '" + sign + "'");
        }
    }

    private Matcher at(Pattern pattern) {
        return pattern.matcher(source).region(position, source.length());
    }

    private void add(Kind kind, String value, int start) {
        if (kind != Kind.TEXT || !value.isEmpty()) {
            tokens.add(new Token(kind, value, lineAt(start)));
        }
    }

    private int lineAt(int index) {
        int place = Arrays.binarySearch(lineBreaks, index);
        return 1 + (place < 0 ? -place - 1 : place);
    }
}
