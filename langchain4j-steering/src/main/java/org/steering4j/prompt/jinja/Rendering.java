package org.steering4j.prompt.jinja;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.prompt.jinja.Expression.Arguments;
import org.steering4j.prompt.jinja.Statement.Target;

/** One rendering of a template: runs statements and evaluates expressions. For one thread, once. */
final class Rendering {

    private static final int MAXIMUM_MACROS = 100;

    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Clock clock;
    private int macros;

    Rendering(Clock clock) {
        this.clock = clock;
    }

    Text run(List<Statement> statements, Scope scope) {
        TextBuilder written = new TextBuilder();
        runAll(statements, scope, written);
        return written.build();
    }

    Text runMacro(List<Statement> body, Scope scope) {
        if (++macros > MAXIMUM_MACROS) {
            throw new Failure("macros call each other more than %d deep".formatted(MAXIMUM_MACROS));
        }
        try {
            return run(body, scope);
        } finally {
            macros--;
        }
    }

    private Flow runAll(List<Statement> statements, Scope scope, TextBuilder out) {
        for (Statement statement : statements) {
            Flow flow;
            try {
                flow = run(statement, scope, out);
            } catch (Failure e) {
                throw new JinjaException(statement.line(), e.getMessage());
            } catch (Globals.Raised e) {
                throw new JinjaException.Refusal(statement.line(), e.getMessage());
            }
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow run(Statement statement, Scope scope, TextBuilder out) {
        Work.step();
        if (statement instanceof Statement.Write write) {
            out.append(write.text());
        } else if (statement instanceof Statement.Output output) {
            out.append(Values.string(evaluate(output.value(), scope)));
        } else if (statement instanceof Statement.If choice) {
            boolean holds = Values.isTrue(evaluate(choice.condition(), scope));
            return runAll(holds ? choice.body() : choice.otherwise(), scope, out);
        } else if (statement instanceof Statement.For loop) {
            runLoop(loop, evaluate(loop.items(), scope), scope, 0, out);
        } else if (statement instanceof Statement.Break) {
            return Flow.BREAK;
        } else if (statement instanceof Statement.Continue) {
            return Flow.CONTINUE;
        } else if (statement instanceof Statement.Set set) {
            assign(set.target(), evaluate(set.value(), scope), scope);
        } else if (statement instanceof Statement.SetBlock set) {
            Text text = run(set.body(), new Scope(scope));
            assign(set.target(), set.filter() == null ? text : filtered(set.filter(), text, scope), scope);
        } else if (statement instanceof Statement.MacroDefinition macro) {
            scope.set(macro.name(), new Macro(macro.name(), macro.signature(), macro.body(), scope, this));
        } else if (statement instanceof Statement.CallBlock block) {
            out.append(Values.string(runCallBlock(block, scope)));
        } else if (statement instanceof Statement.FilterBlock block) {
            out.append(Values.string(filtered(block.filter(), run(block.body(), new Scope(scope)), scope)));
        } else if (statement instanceof Statement.With with) {
            Scope inside = new Scope(scope);
            for (int i = 0; i < with.targets().size(); i++) {
                assign(with.targets().get(i), evaluate(with.values().get(i), scope), inside);
            }
            runAll(with.body(), inside, out);
        } else if (statement instanceof Statement.Generation generation) {
            runAll(generation.body(), new Scope(scope), out);
        }
        return Flow.ON;
    }

    private void runLoop(Statement.For loop, Object items, Scope scope, int depth, TextBuilder out) {
        Iterator<Object> source = Values.iterator(items);
        if (loop.condition() != null) {
            source = new Kept(source, item -> {
                Work.step();
                Scope inside = new Scope(scope);
                inside.set("loop", new Undefined("'loop' is undefined in the condition of a loop"));
                assign(loop.target(), item, inside);
                return Values.isTrue(evaluate(loop.condition(), inside));
            });
        }
        Function recursion = call -> {
            if (depth >= MAXIMUM_MACROS) {
                throw new Failure("a loop calls itself more than %d deep".formatted(MAXIMUM_MACROS));
            }
            TextBuilder inner = new TextBuilder();
            runLoop(loop, call.bind("iterable").require("iterable"), scope, depth + 1, inner);
            return inner.build();
        };
        LoopState state = new LoopState(source, depth, loop.recursive() ? recursion : null);
        boolean any = false;
        while (state.hasNext()) {
            Work.step();
            Scope inside = new Scope(scope);
            Object item = state.next();
            inside.set("loop", state);
            assign(loop.target(), item, inside);
            Flow flow = runAll(loop.body(), inside, out);
            any |= flow == Flow.ON; // as Jinja2, which looks at the end of the body
            if (flow == Flow.BREAK) {
                break;
            }
        }
        if (!any) {
            runAll(loop.otherwise(), new Scope(scope), out);
        }
    }

    private Object runCallBlock(Statement.CallBlock block, Scope scope) {
        Macro caller = new Macro("caller", block.signature(), block.body(), scope, this);
        Call call = arguments("the called macro", block.call().arguments(), scope);
        Map<String, Object> named = new LinkedHashMap<>(call.named());
        named.put("caller", caller);
        return callable(evaluate(block.call().function(), scope))
                .call(new Call(call.function(), call.positional(), named));
    }

    private void assign(Target target, Object value, Scope scope) {
        if (target instanceof Target.Name name) {
            scope.set(name.name(), value);
        } else if (target instanceof Target.Member member) {
            if (!(variable(member.namespace(), scope) instanceof Namespace namespace)) {
                throw new Failure(
                        "only members of a namespace can be set, and %s is none".formatted(member.namespace()));
            }
            Globals.requireNamespaceMember(member.name());
            namespace.members().put(Text.own(member.name()), value);
        } else if (target instanceof Target.Several several) {
            List<Object> items = Values.items(value);
            List<Target> targets = several.targets();
            if (items.size() != targets.size()) {
                throw new Failure("cannot take %d items for %d variables".formatted(items.size(), targets.size()));
            }
            for (int i = 0; i < items.size(); i++) {
                assign(targets.get(i), items.get(i), scope);
            }
        }
    }

    /** Applies the filters of a block to what it has written. */
    private Object filtered(Expression filter, Text text, Scope scope) {
        Scope inside = new Scope(scope);
        inside.set("", text);
        return evaluate(filter, inside);
    }

    // Expressions

    Object evaluate(Expression expression, Scope scope) {
        try {
            return valueOf(expression, scope);
        } catch (Failure e) {
            throw new JinjaException(expression.line(), e.getMessage());
        } catch (Globals.Raised e) {
            throw new JinjaException.Refusal(expression.line(), e.getMessage());
        }
    }

    private Object valueOf(Expression expression, Scope scope) {
        Work.step();
        if (expression instanceof Expression.Constant constant) {
            return constant.value();
        } else if (expression instanceof Expression.Variable variable) {
            return variable(variable.name(), scope);
        } else if (expression instanceof Expression.Attribute attribute) {
            return Attributes.of(evaluate(attribute.value(), scope), attribute.name());
        } else if (expression instanceof Expression.Item item) {
            return Values.item(evaluate(item.value(), scope), evaluate(item.index(), scope));
        } else if (expression instanceof Expression.Slice slice) {
            return Values.slice(
                    evaluate(slice.value(), scope),
                    orNone(slice.from(), scope),
                    orNone(slice.to(), scope),
                    orNone(slice.step(), scope));
        } else if (expression instanceof Expression.Call call) {
            Object function = evaluate(call.function(), scope);
            return callable(function).call(arguments(nameOf(call.function()), call.arguments(), scope));
        } else if (expression instanceof Expression.Filter filter) {
            Object value = filter.value() == null ? scope.get("") : evaluate(filter.value(), scope);
            return Filters.apply(
                    filter.name(), value, arguments("the filter " + filter.name(), filter.arguments(), scope));
        } else if (expression instanceof Expression.Test test) {
            Object value = evaluate(test.value(), scope);
            return Tests.apply(test.name(), value, arguments("the test " + test.name(), test.arguments(), scope));
        } else if (expression instanceof Expression.Comparison comparison) {
            return compare(comparison, scope);
        } else if (expression instanceof Expression.Not not) {
            return !Values.isTrue(evaluate(not.value(), scope));
        } else if (expression instanceof Expression.And and) {
            Object left = evaluate(and.left(), scope);
            return Values.isTrue(left) ? evaluate(and.right(), scope) : left;
        } else if (expression instanceof Expression.Or or) {
            Object left = evaluate(or.left(), scope);
            return Values.isTrue(left) ? left : evaluate(or.right(), scope);
        } else if (expression instanceof Expression.Conditional conditional) {
            return choose(conditional, scope);
        } else if (expression instanceof Expression.Concatenation concatenation) {
            return Text.joined(concatenation.parts().stream()
                    .map(part -> Values.string(evaluate(part, scope)))
                    .toList());
        } else if (expression instanceof Expression.Arithmetic arithmetic) {
            Object left = evaluate(arithmetic.left(), scope);
            return Arithmetic.of(arithmetic.operator(), left, evaluate(arithmetic.right(), scope));
        } else if (expression instanceof Expression.Negative negative) {
            return Arithmetic.negative(evaluate(negative.value(), scope));
        } else if (expression instanceof Expression.Positive positive) {
            return Arithmetic.positive(evaluate(positive.value(), scope));
        } else if (expression instanceof Expression.ListOf list) {
            return all(list.items(), scope);
        } else if (expression instanceof Expression.TupleOf tuple) {
            return new Tuple(all(tuple.items(), scope));
        } else if (expression instanceof Expression.DictionaryOf dictionary) {
            Map<Object, Object> members = new LinkedHashMap<>();
            List<Object> items = all(dictionary.items(), scope);
            for (int i = 0; i < items.size(); i += 2) {
                Values.put(members, items.get(i), items.get(i + 1));
            }
            return members;
        }
        throw new IllegalArgumentException(expression.toString());
    }

    private Object orNone(Expression expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    private List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        expressions.forEach(expression -> values.add(evaluate(expression, scope)));
        return values;
    }

    private Object variable(String name, Scope scope) {
        if (scope.has(name)) {
            return scope.get(name);
        }
        return Globals.has(name) ? Globals.get(name, clock) : new Undefined("'" + name + "' is undefined");
    }

    private Object choose(Expression.Conditional conditional, Scope scope) {
        if (Values.isTrue(evaluate(conditional.condition(), scope))) {
            return evaluate(conditional.value(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the condition of an inline 'if' does not hold, and it has no 'else'")
                : evaluate(conditional.otherwise(), scope);
    }

    private boolean compare(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.values().get(0), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object right = evaluate(comparison.values().get(i + 1), scope);
            boolean holds = switch (comparison.operators().get(i)) {
                case "==" -> Values.areEqual(left, right);
                case "!=" -> !Values.areEqual(left, right);
                case "<" -> Values.holds("<", left, right);
                case "<=" -> Values.holds("<=", left, right);
                case ">" -> Values.holds(">", left, right);
                case ">=" -> Values.holds(">=", left, right);
                case "in" -> Values.contains(right, left);
                default -> !Values.contains(right, left);
            };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private static Function callable(Object value) {
        if (value instanceof Function function) {
            return function;
        }
        throw value instanceof Undefined undefined
                ? undefined.failure()
                : new Failure(Values.typeName(value) + " cannot be called");
    }

    private static String nameOf(Expression function) {
        return function instanceof Expression.Attribute attribute
                ? attribute.name() + "()"
                : function instanceof Expression.Variable variable ? variable.name() + "()" : "the function";
    }

    private Call arguments(String function, Arguments arguments, Scope scope) {
        Map<String, Object> named = new LinkedHashMap<>();
        List<Object> positional = all(arguments.positional(), scope);
        arguments.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        if (arguments.more() != null) {
            Iterator<Object> more = Values.iterator(evaluate(arguments.more(), scope));
            while (more.hasNext()) {
                Arithmetic.requireItems(positional.size() + 1L);
                positional.add(more.next());
            }
        }
        if (arguments.moreNamed() != null) {
            Object more = evaluate(arguments.moreNamed(), scope);
            if (!(more instanceof Map<?, ?> map)) {
                throw Values.failure(more, "arguments with ** need a dictionary");
            }
            map.forEach((name, value) -> {
                if (!Values.isString(name) || named.put(Values.text(name).toString(), value) != null) {
                    throw new Failure("%s: the argument %s is no name, or is given twice"
                            .formatted(function, Values.string(name)));
                }
            });
        }
        return new Call(function, positional, named);
    }
}
