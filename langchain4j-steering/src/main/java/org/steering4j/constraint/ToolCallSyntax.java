package org.steering4j.constraint;

import dev.langchain4j.agent.tool.ToolSpecification;
import java.util.List;

/** One or more calls, each {@code {"name": ..., "arguments": {...}}} between an opening and a closing mark. */
final class ToolCallSyntax {

    private static final int LEVELS_INSIDE = Syntax.MOST_LEVELS - 1;

    private final Vocabulary vocabulary;
    private final TextRules rules;
    private final String openingMark;
    private final String closingMark;

    private ToolCallSyntax(Vocabulary vocabulary, String openingMark, String closingMark) {
        this.vocabulary = vocabulary;
        this.rules = new TextRules(vocabulary.bytesAreTokens(), true);
        this.openingMark = openingMark;
        this.closingMark = closingMark;
    }

    static Syntax of(Vocabulary vocabulary, List<ToolSpecification> tools, String openingMark, String closingMark) {
        return new OneOrMore(new ToolCallSyntax(vocabulary, openingMark, closingMark).call(tools));
    }

    private Syntax call(List<ToolSpecification> tools) {
        return new Sequence(
                mark(openingMark),
                List.of(
                        Gap.SPACE_OR_LINE_BREAK,
                        word("{"),
                        Gap.line(LEVELS_INSIDE),
                        word("\"name\""),
                        Colon.INSTANCE,
                        new Branches(
                                vocabulary, tools.stream().map(this::branch).toList()),
                        Gap.line(LEVELS_INSIDE),
                        word("}"),
                        Gap.SPACE_OR_LINE_BREAK,
                        new Begin(mark(closingMark), LEVELS_INSIDE)));
    }

    private Branches.Branch branch(ToolSpecification tool) {
        return new Branches.Branch(
                Vocabulary.symbols(JsonText.quoted(tool.name(), rules)),
                List.of(
                        word(","),
                        Gap.line(LEVELS_INSIDE),
                        word("\"arguments\""),
                        Colon.INSTANCE,
                        new Begin(arguments(tool), LEVELS_INSIDE)));
    }

    private Syntax arguments(ToolSpecification tool) {
        return tool.parameters() == null
                ? new ObjectSyntax(vocabulary, rules, List.of(), null)
                : new SchemaCompiler(vocabulary, rules, "toolSpecifications: the parameters of " + tool.name())
                        .compile(tool.parameters());
    }

    private Words mark(String mark) {
        return new Words(vocabulary, List.of(vocabulary.markSymbols(mark)));
    }

    private Begin word(String text) {
        return new Begin(Words.of(vocabulary, text), LEVELS_INSIDE);
    }
}
