package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steering4j.prompt.jinja.Expression.Arguments;
import org.steering4j.prompt.jinja.Statement.Signature;
import org.steering4j.prompt.jinja.Statement.Target;
import org.steering4j.prompt.jinja.Token.Kind;

/** From tokens to statements, by the grammar of Jinja2. What it does not know, tags, filters or tests, it refuses by name. */
final class Parser {

    private static final int MAXIMUM_DEPTH = 200;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NO_ARGUMENT_OF_A_TEST = Set.of("else", "or", "and", "is");

    private final List<Token> tokens;
    private final Set<String> names = new LinkedHashSet<>();
    private int position;
    private int depth;
    /** How many loops stand around, within the same body. */
    private int loops;
    /** How many conditions stand around. */
    private int choices;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** @param names the variables that are read anywhere */
    record Parsed(List<Statement> statements, Set<String> names) {}

    static Parsed parse(List<Token> tokens) {
        Parser parser = new Parser(tokens);
        List<Statement> statements = parser.body(List.of());
        if (parser.current().kind() != Kind.END) {
            throw parser.unknownTag();
        }
        return new Parsed(statements, parser.names);
    }

    // Statements

    /** Up to one of the tags that end it, which is left standing after its opening. */
    private List<Statement> body(List<String> ends) {
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = current();
            if (token.kind() == Kind.TEXT) {
                body.add(new Statement.Write(next().line(), Text.own(token.value())));
            } else if (token.kind() == Kind.OPEN_OUTPUT) {
                next();
                body.add(new Statement.Output(token.line(), tuple(true)));
                expect(Kind.CLOSE_OUTPUT);
            } else if (token.kind() == Kind.OPEN_TAG) {
                next();
                if (current().kind() == Kind.NAME && ends.contains(current().value())) {
                    return List.copyOf(body);
                }
                body.add(tag());
            } else if (ends.isEmpty()) {
                return List.copyOf(body);
            } else {
                throw error("the template ends before {% " + String.join(" %} or {% ", ends) + " %}");
            }
        }
    }

    private Statement tag() {
        int line = current().line();
        enter();
        Token name = expect(Kind.NAME);
        Statement statement = switch (name.value()) {
            case "if" -> ifTag(line);
            case "for" -> forTag(line);
            case "set" -> setTag(line);
            case "macro" -> macroTag(line);
            case "call" -> callTag(line);
            case "filter" -> filterTag(line);
            case "with" -> withTag(line);
            case "generation" -> {
                closeTag();
                yield new Statement.Generation(line, closedBody("endgeneration"));
            }
            case "break" -> {
                requireLoop(name);
                yield new Statement.Break(line);
            }
            case "continue" -> {
                requireLoop(name);
                yield new Statement.Continue(line);
            }
            case "print" -> new Statement.Output(line, tuple(true));
            default -> {
                position--;
                throw unknownTag();
            }
        };
        closeTag();
        depth--;
        return statement;
    }

    private JinjaException unknownTag() {
        return error("the tag {% " + current().value() + " %} is not supported here");
    }

    private void requireLoop(Token tag) {
        if (loops == 0) {
            throw new JinjaException(tag.line(), "{% " + tag.value() + " %} stands in no loop");
        }
    }

    private void closeTag() {
        expect(Kind.CLOSE_TAG);
    }

    /** A body in which a loop outside cannot be left. */
    private List<Statement> closedBody(String end) {
        int outside = loops;
        loops = 0;
        List<Statement> body = body(List.of(end));
        next();
        loops = outside;
        return body;
    }

    private Statement ifTag(int line) {
        Expression condition = tuple(false);
        closeTag();
        choices++;
        List<Statement> body = body(List.of("elif", "else", "endif"));
        Token end = next();
        List<Statement> otherwise = List.of();
        if (end.value().equals("elif")) {
            enter();
            otherwise = List.of(ifTag(end.line()));
            depth--;
        } else if (end.value().equals("else")) {
            closeTag();
            otherwise = body(List.of("endif"));
            next();
        }
        choices--;
        return new Statement.If(line, condition, body, otherwise);
    }

    private Statement forTag(int line) {
        Target target = target(false);
        expectName("in");
        Expression items = tuple(false, "recursive");
        Expression condition = skipName("if") ? expression() : null;
        boolean recursive = skipName("recursive");
        closeTag();
        loops++;
        List<Statement> body = body(List.of("endfor", "else"));
        loops--;
        List<Statement> otherwise = List.of();
        if (next().value().equals("else")) {
            closeTag();
            otherwise = body(List.of("endfor"));
            next();
        }
        return new Statement.For(line, target, items, condition, recursive, body, otherwise);
    }

    private Statement setTag(int line) {
        Target target = target(true);
        if (skipOperator("=")) {
            return new Statement.Set(line, target, tuple(true));
        }
        Expression filter = is(Kind.OPERATOR, "|") ? filters(null) : null;
        closeTag();
        return new Statement.SetBlock(line, target, filter, closedBody("endset"));
    }

    private Statement macroTag(int line) {
        String name = expect(Kind.NAME).value();
        Signature signature = signature();
        closeTag();
        int start = position;
        List<Statement> body = closedBody("endmacro");
        return new Statement.MacroDefinition(line, name, withSpecialNames(signature, start), body);
    }

    private Statement callTag(int line) {
        Signature signature =
                is(Kind.OPERATOR, "(") ? signature() : new Signature(List.of(), List.of(), false, false, false);
        if (!(expression() instanceof Expression.Call call)) {
            throw new JinjaException(line, "{% call %} needs the call of a macro");
        }
        closeTag();
        int start = position;
        List<Statement> body = closedBody("endcall");
        return new Statement.CallBlock(line, call, withSpecialNames(signature, start), body);
    }

    private Signature signature() {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        expectOperator("(");
        while (!is(Kind.OPERATOR, ")")) {
            if (!parameters.isEmpty()) {
                expectOperator(",");
            }
            parameters.add(expect(Kind.NAME).value());
            if (skipOperator("=")) {
                defaults.add(expression());
            } else if (!defaults.isEmpty()) {
                throw error("a parameter without default follows one with");
            }
        }
        next();
        return new Signature(parameters, defaults, false, false, false);
    }

    /** @param start where the body began, which ends here */
    private Signature withSpecialNames(Signature signature, int start) {
        List<String> used = tokens.subList(start, position).stream()
                .filter(token -> token.kind() == Kind.NAME)
                .map(Token::value)
                .toList();
        return new Signature(
                signature.parameters(),
                signature.defaults(),
                used.contains("varargs"),
                used.contains("kwargs"),
                used.contains("caller"));
    }

    private Statement filterTag(int line) {
        position--;
        Expression filter = filters(null);
        closeTag();
        return new Statement.FilterBlock(line, filter, closedBody("endfilter"));
    }

    private Statement withTag(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (current().kind() != Kind.CLOSE_TAG) {
            if (!targets.isEmpty()) {
                expectOperator(",");
            }
            targets.add(target(false));
            expectOperator("=");
            values.add(expression());
        }
        closeTag();
        return new Statement.With(line, targets, values, closedBody("endwith"));
    }

    private Target target(boolean withMember) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (several && (is(Kind.OPERATOR, "=") || current().kind() == Kind.CLOSE_TAG || is(Kind.NAME, "in"))) {
                break;
            }
            targets.add(oneTarget(withMember));
            several |= is(Kind.OPERATOR, ",");
        } while (skipOperator(","));
        return several ? new Target.Several(targets) : targets.get(0);
    }

    private Target oneTarget(boolean withMember) {
        if (skipOperator("(")) {
            Target inner = target(false);
            expectOperator(")");
            return inner;
        }
        Token name = expect(Kind.NAME);
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name.value())) {
            throw new JinjaException(name.line(), "cannot assign to " + name.value());
        }
        return withMember && skipOperator(".")
                ? new Target.Member(name.value(), expect(Kind.NAME).value())
                : new Target.Name(name.value());
    }

    // Expressions, from the loosest binding to the tightest

    /**
     * One expression, or several with commas between.
     *
     * @param conditional whether {@code a if b else c} may stand there
     * @param end a name that ends it
     */
    private Expression tuple(boolean conditional, String... end) {
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

    private Expression expression() {
        enter();
        Expression value = or();
        while (is(Kind.NAME, "if")) {
            int line = next().line();
            Expression condition = or();
            Expression otherwise = skipName("else") ? expression() : null;
            value = new Expression.Conditional(line, condition, value, otherwise);
        }
        depth--;
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
        depth--;
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
                position += 2;
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
        depth--;
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

    private static BigInteger integer(String digits) {
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
        if (!is(Kind.OPERATOR, ":")) {
            throw error("several indexes are not supported, found " + current().description());
        }
        next();
        Expression to = is(Kind.OPERATOR, ":") || is(Kind.OPERATOR, "]") ? null : expression();
        Expression step = skipOperator(":") && !is(Kind.OPERATOR, "]") ? expression() : null;
        expectOperator("]");
        return new Expression.Slice(line, value, from, to, step);
    }

    /** @param start null for what a filter block holds, whose first filter stands without a bar */
    private Expression filters(Expression start) {
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
            if (is(Kind.OPERATOR, "*") || is(Kind.OPERATOR, "**")) {
                throw error("arguments with " + current().value() + " are not supported");
            }
            if (current().kind() == Kind.NAME && ahead().is(Kind.OPERATOR, "=")) {
                String name = next().value();
                next();
                if (named.put(name, expression()) != null) {
                    throw error("the argument " + name + " is given twice");
                }
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw error("an argument without name follows one with");
            }
        }
        return new Arguments(positional, named);
    }

    // Tokens

    private void enter() {
        if (++depth > MAXIMUM_DEPTH) {
            throw error("it is nested more than " + MAXIMUM_DEPTH + " deep");
        }
    }

    private Token current() {
        return tokens.get(position);
    }

    private Token ahead() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    private Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    private boolean is(Kind kind, String value) {
        return current().is(kind, value);
    }

    private boolean skipName(String name) {
        boolean found = is(Kind.NAME, name);
        position += found ? 1 : 0;
        return found;
    }

    private boolean skipOperator(String operator) {
        boolean found = is(Kind.OPERATOR, operator);
        position += found ? 1 : 0;
        return found;
    }

    private void expectName(String name) {
        if (!skipName(name)) {
            throw error("expected '" + name + "' but found " + current().description());
        }
    }

    private void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw error("expected '" + operator + "' but found " + current().description());
        }
    }

    private Token expect(Kind kind) {
        if (current().kind() != kind) {
            throw error(
                    "expected " + kind.description + " but found " + current().description());
        }
        return next();
    }

    private JinjaException error(String message) {
        return new JinjaException(current().line(), message);
    }
}
