package org.steering4j.prompt.jinja;

import java.util.List;
import java.util.Map;

/** A part of a template that has a value. Immutable. */
sealed interface Expression {

    /** From 1. */
    int line();

    record Constant(int line, Object value) implements Expression {}

    record Variable(int line, String name) implements Expression {}

    record ListOf(int line, List<Expression> items) implements Expression {}

    record TupleOf(int line, List<Expression> items) implements Expression {}

    /** @param items keys and values by turns */
    record DictionaryOf(int line, List<Expression> items) implements Expression {}

    /** {@code value.name} */
    record Attribute(int line, Expression value, String name) implements Expression {}

    /** {@code value[index]} */
    record Item(int line, Expression value, Expression index) implements Expression {}

    /** {@code value[from:to:step]}; what is left out is null */
    record Slice(int line, Expression value, Expression from, Expression to, Expression step) implements Expression {}

    record Call(int line, Expression function, Arguments arguments) implements Expression {}

    /** @param value null for what a filter block holds */
    record Filter(int line, Expression value, String name, Arguments arguments) implements Expression {}

    record Test(int line, Expression value, String name, Arguments arguments) implements Expression {}

    record Not(int line, Expression value) implements Expression {}

    record Negative(int line, Expression value) implements Expression {}

    record Positive(int line, Expression value) implements Expression {}

    record And(int line, Expression left, Expression right) implements Expression {}

    record Or(int line, Expression left, Expression right) implements Expression {}

    record Arithmetic(int line, String operator, Expression left, Expression right) implements Expression {}

    /** {@code a ~ b ~ c} */
    record Concatenation(int line, List<Expression> parts) implements Expression {}

    /** {@code first < second <= third}: the operators stand between the values. */
    record Comparison(int line, List<Expression> values, List<String> operators) implements Expression {}

    /** {@code value if condition else otherwise}; without else, otherwise is null */
    record Conditional(int line, Expression condition, Expression value, Expression otherwise) implements Expression {}

    /**
     * @param more a sequence of further ones, after {@code *}; null for none
     * @param moreNamed a dictionary of further ones, after {@code **}; null for none
     */
    record Arguments(
            List<Expression> positional, Map<String, Expression> named, Expression more, Expression moreNamed) {

        static final Arguments NONE = new Arguments(List.of(), Map.of());

        Arguments(List<Expression> positional, Map<String, Expression> named) {
            this(positional, named, null, null);
        }
    }
}
