package org.steering4j.prompt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.steering4j.prompt.jinja.Statement.Signature;
import org.steering4j.prompt.jinja.Statement.Target;
import org.steering4j.prompt.jinja.Token.Kind;

/** From tokens to statements, by the grammar of Jinja2. What it does not know, tags, filters or tests, it refuses by name. */
final class Parser extends ExpressionParser {

    /** How many loops stand around, within the same body. */
    private int loops;

    private Parser(List<Token> tokens) {
        super(tokens);
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
                back();
                throw unknownTag();
            }
        };
        closeTag();
        leave();
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
            leave();
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
        int start = position();
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
        int start = position();
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
        List<String> used = since(start).stream()
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
        back();
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
}
