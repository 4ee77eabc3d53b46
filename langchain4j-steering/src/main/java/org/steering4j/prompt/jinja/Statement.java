package org.steering4j.prompt.jinja;

import java.util.List;

/** A part of a template that writes or sets something. Immutable. */
sealed interface Statement {

    /** From 1. */
    int line();

    record Write(int line, Text text) implements Statement {}

    record Output(int line, Expression value) implements Statement {}

    record If(int line, Expression condition, List<Statement> body, List<Statement> otherwise) implements Statement {}

    /** @param condition null if there is none */
    record For(
            int line,
            Target target,
            Expression items,
            Expression condition,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    record Set(int line, Target target, Expression value) implements Statement {}

    /** @param filter that is applied to what the body writes; null for none */
    record SetBlock(int line, Target target, Expression filter, List<Statement> body) implements Statement {}

    record MacroDefinition(int line, String name, Signature signature, List<Statement> body) implements Statement {}

    /** A call of a macro that gets the body as {@code caller}. */
    record CallBlock(int line, Expression.Call call, Signature signature, List<Statement> body) implements Statement {}

    record FilterBlock(int line, Expression filter, List<Statement> body) implements Statement {}

    record With(int line, List<Target> targets, List<Expression> values, List<Statement> body) implements Statement {}

    /** Marks the assistant's text for training, which changes nothing of what is written. */
    record Generation(int line, List<Statement> body) implements Statement {}

    /**
     * What a macro takes.
     *
     * @param defaults of the last parameters
     * @param takesMore whether the body looks at {@code varargs}
     * @param takesMoreNamed whether the body looks at {@code kwargs}
     * @param takesCaller whether the body looks at {@code caller}
     */
    record Signature(
            List<String> parameters,
            List<Expression> defaults,
            boolean takesMore,
            boolean takesMoreNamed,
            boolean takesCaller) {}

    /** What a value is assigned to. */
    sealed interface Target {

        record Name(String name) implements Target {}

        /** {@code namespace.name} */
        record Member(String namespace, String name) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
