package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steering4j.prompt.jinja.Expression.Arguments;
import org.steering4j.prompt.jinja.Token.Kind;

/** From tokens to expressions, by the grammar of Jinja2: each method reads what binds tighter than the one before. */
class ExpressionParser extends TokenReader {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NO_ARGUMENT_OF_A_TEST = Set.of("else", "or", "and", "is");

    /** The variables that are read anywhere. */
    final Set<String> names = new LinkedHashSet<>();
    /** How many conditions stand around. */
    int choices;

    ExpressionParser(List<Token> tokens) {
        super(tokens);
    }

    /**
     * One expression, or several with commas between.
     *
     * @param conditional whether {@code a if b else c} may stand there
     * @param end a name that ends it
     */
    Expression tuple(boolean conditional, String... end) {
        int line = current().line();
        List<Expression> items = new ArrayList<>();
        boolean several = false;
        while (!endsTuple(end)) {
            if (!items.isEmpty() && !several) {
                break;
            }
            items.add(conditional ? expression() : or());
            several |= is(Kind.OPERATOR, ",");
            if (!skipOperator(",")) {
                break;
            }
        }
        if (items.isEmpty()) {
            throw error("an expression is missing before " + current().description());
        }
        return several ? new Expression.TupleOf(line, items) : items.get(0);
    }

    private boolean endsTuple(String... end) {
        Token token = current();
        return token.kind() == Kind.CLOSE_OUTPUT
                || token.kind() == Kind.CLOSE_TAG
                || token.is(Kind.OPERATOR, ")")
                || token.kind() == Kind.NAME && List.of(end).contains(token.value());
    }

    Expression expression() {
        enter();
        Expression value = or();
        while (is(Kind.NAME, "if")) {
            int line = next().line();
            Expression condition = or();
            Expression otherwise = skipName("else") ? expression() : null;
            value = new Expression.Conditional(line, condition, value, otherwise);
        }
        leave();
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (is(Kind.NAME, "or")) {
            left = new Expression.Or(next().line(), left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (is(Kind.NAME, "and")) {
            left = new Expression.And(next().line(), left, not());
        }
        return left;
    }

    private Expression not() {
        if (!is(Kind.NAME, "not")) {
            return comparison();
        }
        enter();
        Expression negated = new Expression.Not(next().line(), not());
        leave();
        return negated;
    }

    private Expression comparison() {
        int line = current().line();
        List<Expression> values = new ArrayList<>(List.of(sum()));
        List<String> operators = new ArrayList<>();
        while (true) {
            Token token = current();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.value())) {
                operators.add(next().value());
            } else if (skipName("in")) {
                operators.add("in");
            } else if (token.is(Kind.NAME, "not") && ahead().is(Kind.NAME, "in")) {
                next();
                next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? values.get(0) : new Expression.Comparison(line, values, operators);
            }
            values.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (is(Kind.OPERATOR, "+") || is(Kind.OPERATOR, "-")) {
            Token operator = next();
            left = new Expression.Arithmetic(operator.line(), operator.value(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        int line = current().line();
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(line, parts);
    }

    private Expression product() {
        Expression left = power();
        while (is(Kind.OPERATOR, "*") || is(Kind.OPERATOR, "/") || is(Kind.OPERATOR, "//") || is(Kind.OPERATOR, "%")) {
            Token operator = next();
            left = new Expression.Arithmetic(operator.line(), operator.value(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (is(Kind.OPERATOR, "**")) {
            left = new Expression.Arithmetic(next().line(), "**", left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        enter();
        Token token = current();
        Expression value;
        if (skipOperator("-")) {
            value = new Expression.Negative(token.line(), unary(false));
        } else if (skipOperator("+")) {
            value = new Expression.Positive(token.line(), unary(false));
        } else {
            value = postfix(primary());
        }
        leave();
        return withFilters ? filters(value) : value;
    }

    private Expression primary() {
        Token token = next();
        int line = token.line();
        return switch (token.kind()) {
            case NAME -> nameOrConstant(token);
            case STRING -> {
                StringBuilder joined = new StringBuilder(token.value());
                while (current().kind() == Kind.STRING) {
                    joined.append(next().value());
                }
                yield new Expression.Constant(line, Text.own(joined.toString()));
            }
            case INTEGER -> new Expression.Constant(line, integer(token.value()));
            case DECIMAL -> new Expression.Constant(line, Double.valueOf(token.value()));
            case OPERATOR -> bracketed(token);
            default -> throw new JinjaException(line, "an expression is missing before " + token.description());
        };
    }

    private Expression nameOrConstant(Token token) {
        return switch (token.value()) {
            case "true", "True" -> new Expression.Constant(token.line(), true);
            case "false", "False" -> new Expression.Constant(token.line(), false);
            case "none", "None" -> new Expression.Constant(token.line(), null);
            default -> {
                names.add(token.value());
                yield new Expression.Variable(token.line(), token.value());
            }
        };
    }

    private BigInteger integer(String digits) {
        if (digits.length() > Arithmetic.MAXIMUM_DIGITS) {
            throw error("an integer of more than %,d digits".formatted(Arithmetic.MAXIMUM_DIGITS));
        }
        if (digits.length() > 2 && Character.isLetter(digits.charAt(1))) {
            int base = switch (Character.toLowerCase(digits.charAt(1))) {
                case 'b' -> 2;
                case 'o' -> 8;
                default -> 16;
            };
            return new BigInteger(digits.substring(2), base);
        }
        return new BigInteger(digits);
    }

    private Expression bracketed(Token opening) {
        int line = opening.line();
        switch (opening.value()) {
            case "(" -> {
                if (skipOperator(")")) {
                    return new Expression.TupleOf(line, List.of());
                }
                Expression inner = tuple(true);
                expectOperator(")");
                return inner;
            }
            case "[" -> {
                return new Expression.ListOf(line, items("]", false));
            }
            case "{" -> {
                return new Expression.DictionaryOf(line, items("}", true));
            }
            default -> throw new JinjaException(line, "an expression is missing before " + opening.description());
        }
    }

    private List<Expression> items(String end, boolean pairs) {
        List<Expression> items = new ArrayList<>();
        while (!skipOperator(end)) {
            if (!items.isEmpty()) {
                expectOperator(",");
                if (skipOperator(end)) {
                    break;
                }
            }
            items.add(expression());
            if (pairs) {
                expectOperator(":");
                items.add(expression());
            }
        }
        return items;
    }

    private Expression postfix(Expression primary) {
        Expression value = primary;
        while (true) {
            int line = current().line();
            if (skipOperator(".")) {
                Token name = next();
                if (name.kind() == Kind.NAME) {
                    value = new Expression.Attribute(line, value, name.value());
                } else if (name.kind() == Kind.INTEGER) {
                    value = new Expression.Item(line, value, new Expression.Constant(line, integer(name.value())));
                } else {
                    throw new JinjaException(line, "a name is missing after the dot");
                }
            } else if (skipOperator("[")) {
                value = subscript(line, value);
            } else if (is(Kind.OPERATOR, "(")) {
                value = new Expression.Call(line, value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(int line, Expression value) {
        Expression from = is(Kind.OPERATOR, ":") ? null : expression();
        if (skipOperator("]")) {
            return new Expression.Item(line, value, from);
        }
        if (is(Kind.OPERATOR, ",") && from != null) {
            List<Expression> indexes = new ArrayList<>(List.of(from));
            while (skipOperator(",")) {
                indexes.add(expression());
            }
            expectOperator("]");
            return new Expression.Item(line, value, new Expression.TupleOf(line, indexes));
        }
        if (!is(Kind.OPERATOR, ":")) {
            throw error("an index or ] is missing before " + current().description());
        }
        next();
        Expression to = is(Kind.OPERATOR, ":") || is(Kind.OPERATOR, "]") ? null : expression();
        Expression step = skipOperator(":") && !is(Kind.OPERATOR, "]") ? expression() : null;
        expectOperator("]");
        return new Expression.Slice(line, value, from, to, step);
    }

    /** @param start null for what a filter block holds, whose first filter stands without a bar */
    Expression filters(Expression start) {
        Expression value = start;
        boolean inline = start == null;
        while (true) {
            int line = current().line();
            if (inline || is(Kind.OPERATOR, "|")) {
                inline = false;
                next();
                String name = dottedName();
                requireKnown(line, () -> Filters.requireKnown(name));
                Arguments arguments = is(Kind.OPERATOR, "(") ? arguments() : Arguments.NONE;
                value = new Expression.Filter(line, value, name, arguments);
            } else if (is(Kind.NAME, "is") && value != null) {
                next();
                value = test(line, value);
            } else if (is(Kind.OPERATOR, "(")) {
                value = new Expression.Call(line, value, arguments());
            } else {
                return value;
            }
        }
    }

    /** As in Jinja2, what stands under a condition is not looked up before it is used: another renderer may know it. */
    private void requireKnown(int line, Runnable requirement) {
        try {
            if (choices == 0) {
                requirement.run();
            }
        } catch (Failure e) {
            throw new JinjaException(line, e.getMessage());
        }
    }

    private Expression test(int line, Expression value) {
        boolean negated = skipName("not");
        String name = dottedName();
        requireKnown(line, () -> Tests.requireKnown(name));
        Arguments arguments = Arguments.NONE;
        if (is(Kind.OPERATOR, "(")) {
            arguments = arguments();
        } else if (beginsArgumentOfTest()) {
            arguments = new Arguments(List.of(postfix(primary())), Map.of());
        } else if (is(Kind.NAME, "is")) {
            throw error("tests with \"is\" cannot be chained");
        }
        Expression test = new Expression.Test(line, value, name, arguments);
        return negated ? new Expression.Not(line, test) : test;
    }

    private boolean beginsArgumentOfTest() {
        Token token = current();
        return switch (token.kind()) {
            case NAME -> !NO_ARGUMENT_OF_A_TEST.contains(token.value());
            case STRING, INTEGER, DECIMAL -> true;
            case OPERATOR -> token.value().equals("[") || token.value().equals("{");
            default -> false;
        };
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(expect(Kind.NAME).value());
        while (skipOperator(".")) {
            name.append('.').append(expect(Kind.NAME).value());
        }
        return name.toString();
    }

    private Arguments arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression more = null;
        Expression moreNamed = null;
        expectOperator("(");
        boolean first = true;
        while (!skipOperator(")")) {
            if (!first) {
                expectOperator(",");
                if (skipOperator(")")) {
                    break;
                }
            }
            first = false;
            if (skipOperator("*")) {
                if (more != null || moreNamed != null) {
                    throw error("arguments with * stand once, and before those with **");
                }
                more = expression();
            } else if (skipOperator("**")) {
                if (moreNamed != null) {
                    throw error("arguments with ** stand once");
                }
                moreNamed = expression();
            } else if (moreNamed != null) {
                throw error("nothing stands after arguments with **");
            } else if (current().kind() == Kind.NAME && ahead().is(Kind.OPERATOR, "=")) {
                String name = next().value();
                next();
                if (named.put(name, expression()) != null) {
                    throw error("the argument " + name + " is given twice");
                }
            } else if (named.isEmpty() && more == null) {
                positional.add(expression());
            } else {
                throw error("an argument without name follows one with, or those with *");
            }
        }
        return new Arguments(positional, named, more, moreNamed);
    }
}
