package org.steering4j.prompt.jinja;

import java.util.List;
import org.steering4j.prompt.jinja.Token.Kind;

/** Goes through a template's tokens. For one thread, once. */
class TokenReader {

    private static final int MAXIMUM_DEPTH = 200;

    private final List<Token> tokens;
    private int position;
    private int depth;

    /** @param tokens the last of which is the end */
    TokenReader(List<Token> tokens) {
        this.tokens = tokens;
    }

    final void enter() {
        if (++depth > MAXIMUM_DEPTH) {
            throw error("it is nested more than " + MAXIMUM_DEPTH + " deep");
        }
    }

    final void leave() {
        depth--;
    }

    final int position() {
        return position;
    }

    /** The tokens since a position. */
    final List<Token> since(int start) {
        return tokens.subList(start, position);
    }

    /** Goes back by one. */
    final void back() {
        position--;
    }

    final Token current() {
        return tokens.get(position);
    }

    final Token ahead() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    final Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    final boolean is(Kind kind, String value) {
        return current().is(kind, value);
    }

    final boolean skipName(String name) {
        boolean found = is(Kind.NAME, name);
        position += found ? 1 : 0;
        return found;
    }

    final boolean skipOperator(String operator) {
        boolean found = is(Kind.OPERATOR, operator);
        position += found ? 1 : 0;
        return found;
    }

    final void expectName(String name) {
        if (!skipName(name)) {
            throw error("expected '" + name + "' but found " + current().description());
        }
    }

    final void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw error("expected '" + operator + "' but found " + current().description());
        }
    }

    final Token expect(Kind kind) {
        if (current().kind() != kind) {
            throw error(
                    "expected " + kind.description + " but found " + current().description());
        }
        return next();
    }

    final JinjaException error(String message) {
        return new JinjaException(current().line(), message);
    }
}
