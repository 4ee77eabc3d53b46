package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.steering4j.prompt.ToolCallFormat;

/** One or more tool calls in a model's own format. */
final class ToolCallSyntax {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern PYTHON_NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{Nd}_.-]*");
    /** What says nothing of a value. */
    private static final Set<String> EXPLANATIONS =
            Set.of("type", "title", "description", "default", "example", "examples", "deprecated");

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

    /** Whose schema a tool's parameters are, for messages. */
    static String subject(ToolSpecification tool) {
        return "toolSpecifications: the parameters of " + tool.name();
    }

    static Syntax of(Vocabulary vocabulary, List<ToolSpecification> tools, ToolCallFormat format) {
        ToolCallSyntax syntax = new ToolCallSyntax(vocabulary, format);
        return switch (format) {
            case HERMES -> new OneOrMore(syntax.betweenMarks(tools), List.of(Gap.LINE_BREAK));
            case LLAMA, PLAIN_OBJECT ->
                new OneOrMore(syntax.object(tools), List.of(syntax.word(";"), Gap.SPACE_OR_LINE_BREAK));
            case PIPED_LIST, TAGGED_LIST, NEMOTRON_LIST, MISTRAL_LIST, PLAIN_LIST -> syntax.list(tools);
            case PYTHON_LIST, MARKED_PYTHON_LIST -> syntax.pythonList(tools);
            case FUNCTION_TAGS -> new OneOrMore(syntax.tags(tools), List.of(Gap.LINE_BREAK));
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
        return marked(new OneOrMore(object(tools), List.of(word(","), Gap.SPACE_OR_LINE_BREAK)));
    }

    /** A list in brackets, behind its mark if it needs one, and before the one that closes it if that must be there. */
    private Syntax marked(Syntax items) {
        List<Frame> brackets = new ArrayList<>(
                List.of(Gap.SPACE_OR_LINE_BREAK, new Begin(items, LEVELS_INSIDE), Gap.SPACE_OR_LINE_BREAK, word("]")));
        if (format == ToolCallFormat.NEMOTRON_LIST || format == ToolCallFormat.MARKED_PYTHON_LIST) {
            brackets.add(new Begin(mark(format.afterList()), LEVELS_INSIDE));
        }
        if (format == ToolCallFormat.PLAIN_LIST || format == ToolCallFormat.PYTHON_LIST) {
            return new Sequence(Words.of(vocabulary, "["), brackets);
        }
        brackets.addAll(0, List.of(Gap.SPACE, word("[")));
        return new Sequence(mark(format.opening()), brackets);
    }

    private Syntax pythonList(List<ToolSpecification> tools) {
        Frame call = new Branches(
                vocabulary,
                tools.stream()
                        .map(tool -> new Branches.Branch(
                                Vocabulary.symbols(requirePythonName(tool.name(), tool) + "("),
                                List.of(pythonArguments(tool))))
                        .toList());
        return marked(new OneOrMore(new Single(call), List.of(word(","), Gap.SPACE)));
    }

    private Frame pythonArguments(ToolSpecification tool) {
        List<NamedArguments.Argument> arguments = properties(tool).stream()
                .map(property -> new NamedArguments.Argument(
                        Vocabulary.symbols(requirePythonName(property.name(), tool) + "="),
                        schema(tool, property).path("type").asText().equals("boolean")
                                ? word("True", "False")
                                : new Begin(property.value(), LEVELS_INSIDE),
                        property.required()))
                .toList();
        return new NamedArguments(vocabulary, arguments, List.of(), word(","), word(")")).frame();
    }

    private static String requirePythonName(String name, ToolSpecification tool) {
        if (!PYTHON_NAME.matcher(name).matches()) {
            throw refusal(tool, "the name \"" + name + "\", which Python would not take for one,");
        }
        return name;
    }

    private Syntax tags(List<ToolSpecification> tools) {
        Frame function = new Branches(
                vocabulary,
                tools.stream()
                        .map(tool -> new Branches.Branch(
                                Vocabulary.symbols(requireTagName(tool.name(), tool) + ">\n"),
                                List.of(tagArguments(tool))))
                        .toList());
        return new Sequence(
                mark(format.opening()),
                List.of(word("\n<function="), function, new Begin(mark(format.closing()), LEVELS_INSIDE)));
    }

    private Frame tagArguments(ToolSpecification tool) {
        List<NamedArguments.Argument> arguments = properties(tool).stream()
                .map(property -> new NamedArguments.Argument(
                        Vocabulary.symbols("<parameter=" + requireTagName(property.name(), tool) + ">\n"),
                        tagValue(tool, property),
                        property.required()))
                .toList();
        return new NamedArguments(vocabulary, arguments, List.of(word("\n</parameter>\n")), null, word("</function>\n"))
                .frame();
    }

    /** What is text, and nothing else, stands there without quotes; what is no text is JSON. */
    private Frame tagValue(ToolSpecification tool, ObjectSyntax.Property property) {
        JsonNode schema = schema(tool, property);
        boolean texts = schema.path("type").asText().equals("string") || onlyTexts(schema.path("enum"));
        if (schema.has("const") && schema.get("const").isTextual()) {
            return texts(tool, List.of(schema.get("const")));
        }
        if (texts && schema.has("enum")) {
            return texts(tool, schema.get("enum"));
        }
        boolean plain = EXPLANATIONS.containsAll(names(schema));
        if (plain && (texts || !schema.has("type"))) {
            return RawText.of(vocabulary);
        }
        if (texts || mayBeText(schema)) {
            throw refusal(
                    tool,
                    "the parameter \"%s\", which is text in a form, or not only text (%s),"
                            .formatted(property.name(), schema));
        }
        return new Begin(property.value(), LEVELS_INSIDE);
    }

    private static boolean onlyTexts(JsonNode values) {
        for (JsonNode value : values) {
            if (!value.isTextual()) {
                return false;
            }
        }
        return !values.isEmpty();
    }

    private static List<String> names(JsonNode schema) {
        List<String> names = new ArrayList<>();
        schema.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** As far as one type says otherwise. */
    private static boolean mayBeText(JsonNode schema) {
        return !schema.path("type").isTextual();
    }

    private Frame texts(ToolSpecification tool, Iterable<JsonNode> values) {
        List<int[]> texts = new ArrayList<>();
        for (JsonNode value : values) {
            if (value.asText().contains("</")) {
                throw refusal(tool, "the value \"" + value.asText() + "\", which holds what ends a value,");
            }
            texts.add(Vocabulary.symbols(value.asText()));
        }
        return new Begin(new Words(vocabulary, texts), LEVELS_INSIDE);
    }

    private static String requireTagName(String name, ToolSpecification tool) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '<' || c == '>' || c < ' ')) {
            throw refusal(tool, "the name \"" + name + "\", which cannot stand in a tag,");
        }
        return name;
    }

    private static UnsupportedFeatureException refusal(ToolSpecification tool, String what) {
        return new UnsupportedFeatureException(
                "toolSpecifications: the parameters of %s: %s is not supported with toolChoice REQUIRED or a response format by this model, which writes no JSON for calls; leave it out"
                        .formatted(tool.name(), what));
    }

    private List<ObjectSyntax.Property> properties(ToolSpecification tool) {
        Syntax syntax = parameters(tool);
        if ((syntax instanceof Choice choice ? choice.simplest() : syntax) instanceof ObjectSyntax object) {
            if (object.isCounted()) {
                throw refusal(tool, "a number of properties (minProperties, maxProperties)");
            }
            return object.properties();
        }
        throw refusal(tool, "a schema that is not of one object");
    }

    private static JsonNode schema(ToolSpecification tool, ObjectSyntax.Property property) {
        return MAPPER.valueToTree(JsonSchemaElementUtils.toMap(tool.parameters()))
                .path("properties")
                .path(property.name());
    }

    /** What begins with a frame. */
    private record Single(Frame frame) implements Syntax {

        @Override
        public int shortest(int levels) {
            return frame.needed();
        }

        @Override
        public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
            frame.write(symbol, rest, next);
        }
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
        return new Begin(parameters(tool), LEVELS_INSIDE);
    }

    private Syntax parameters(ToolSpecification tool) {
        return tool.parameters() == null
                ? new ObjectSyntax(vocabulary, rules, List.of(), null)
                : new SchemaCompiler(vocabulary, rules, subject(tool)).compile(tool.parameters());
    }

    private Words mark(String mark) {
        return new Words(vocabulary, List.of(vocabulary.markSymbols(mark)));
    }

    private Begin word(String... texts) {
        return new Begin(
                new Words(vocabulary, Stream.of(texts).map(Vocabulary::symbols).toList()), LEVELS_INSIDE);
    }
}
