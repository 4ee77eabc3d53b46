package org.steering4j.constraint;

import dev.langchain4j.agent.tool.ToolSpecification;
import java.util.List;
import java.util.stream.IntStream;
import org.steering4j.prompt.ToolCallFormat;

/** One or more tool calls in a model's own format. */
final class ToolCallSyntax {

    private static final int LEVELS_INSIDE = Syntax.MOST_LEVELS - 1;

    private final Vocabulary vocabulary;
    private final TextRules rules;
    private final ToolCallFormat format;

    private ToolCallSyntax(Vocabulary vocabulary, ToolCallFormat format) {
        this.vocabulary = vocabulary;
        this.rules =
                new TextRules(vocabulary.bytesAreTokens(), !format.closing().isEmpty());
        this.format = format;
    }

    static Syntax of(Vocabulary vocabulary, List<ToolSpecification> tools, ToolCallFormat format) {
        ToolCallSyntax syntax = new ToolCallSyntax(vocabulary, format);
        return switch (format) {
            case HERMES -> new OneOrMore(syntax.betweenMarks(tools), List.of(Gap.LINE_BREAK));
            case LLAMA -> new OneOrMore(syntax.object(tools), List.of(syntax.word(";"), Gap.SPACE_OR_LINE_BREAK));
            case PIPED_LIST, TAGGED_LIST, MISTRAL_LIST -> syntax.list(tools);
            case MISTRAL_NAMED -> new OneOrMore(syntax.named(tools), List.of());
        };
    }

    private Syntax betweenMarks(List<ToolSpecification> tools) {
        return new Sequence(
                mark(format.opening()),
                List.of(
                        Gap.SPACE_OR_LINE_BREAK,
                        new Begin(object(tools), LEVELS_INSIDE),
                        Gap.SPACE_OR_LINE_BREAK,
                        new Begin(mark(format.closing()), LEVELS_INSIDE)));
    }

    private Syntax list(List<ToolSpecification> tools) {
        Syntax items = new OneOrMore(object(tools), List.of(word(","), Gap.SPACE_OR_LINE_BREAK));
        return new Sequence(
                mark(format.opening()),
                List.of(
                        Gap.SPACE,
                        word("["),
                        Gap.SPACE_OR_LINE_BREAK,
                        new Begin(items, LEVELS_INSIDE),
                        Gap.SPACE_OR_LINE_BREAK,
                        word("]")));
    }

    private Syntax named(List<ToolSpecification> tools) {
        return new Sequence(
                mark(format.opening()),
                List.of(new Branches(
                        vocabulary,
                        tools.stream()
                                .map(tool -> new Branches.Branch(nameAndMark(tool), List.of(arguments(tool))))
                                .toList())));
    }

    private int[] nameAndMark(ToolSpecification tool) {
        return IntStream.concat(
                        IntStream.of(Vocabulary.symbols(tool.name())),
                        IntStream.of(vocabulary.markSymbols(ToolCallFormat.ARGUMENTS_MARK)))
                .toArray();
    }

    /** Name and arguments. */
    private Syntax object(List<ToolSpecification> tools) {
        return new Sequence(
                Words.of(vocabulary, "{"),
                List.of(
                        Gap.line(LEVELS_INSIDE),
                        word("\"name\""),
                        Colon.INSTANCE,
                        new Branches(
                                vocabulary, tools.stream().map(this::branch).toList()),
                        Gap.line(LEVELS_INSIDE),
                        word("}")));
    }

    private Branches.Branch branch(ToolSpecification tool) {
        return new Branches.Branch(
                Vocabulary.symbols(JsonText.quoted(tool.name(), rules)),
                List.of(
                        word(","),
                        Gap.line(LEVELS_INSIDE),
                        word("\"" + format.argumentsKey() + "\""),
                        Colon.INSTANCE,
                        arguments(tool)));
    }

    private Begin arguments(ToolSpecification tool) {
        Syntax syntax = tool.parameters() == null
                ? new ObjectSyntax(vocabulary, rules, List.of(), null)
                : new SchemaCompiler(vocabulary, rules, "toolSpecifications: the parameters of " + tool.name())
                        .compile(tool.parameters());
        return new Begin(syntax, LEVELS_INSIDE);
    }

    private Words mark(String mark) {
        return new Words(vocabulary, List.of(vocabulary.markSymbols(mark)));
    }

    private Begin word(String text) {
        return new Begin(Words.of(vocabulary, text), LEVELS_INSIDE);
    }
}
