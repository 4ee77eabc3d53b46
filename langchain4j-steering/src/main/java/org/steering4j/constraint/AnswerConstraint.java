package org.steering4j.constraint;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.util.List;
import org.steering4j.engine.TokenConstraint;
import org.steering4j.prompt.ToolCallFormat;

/**
 * The form of an answer, for a model's vocabulary. Whatever the model, its steering and its temperature, an answer held to it is complete and
 * has that form: where the number of tokens is limited, the answer is closed in time.
 *
 * <p>Allowed is a part of what a schema describes, chosen to keep models on the path:
 *
 * <ul>
 *   <li>An object has no members that are not declared, unless {@code additionalProperties} says so or no member is declared at all.
 *   <li>Where no type is given, keywords tell what is meant: {@code properties} an object, {@code items} an array.
 *   <li>Between symbols there is at most a space, or a line break with indentation.
 *   <li>Integers have at most 40 digits, other numbers 100 before and 100 after the point, exponents three. Objects and arrays are nested at
 *       most 100 deep. Where one of these bounds excludes what the model wanted most, the answer counts as cut short.
 *   <li>Names and enum values are escaped only where JSON demands it; names that are not declared hold nothing that would have to be. Objects
 *       and arrays in an enum are written in one line, their members in the order of the schema.
 *   <li>Strings with a {@code pattern} or a {@code format} are escaped only where JSON demands it, and numbers with bounds have no exponent.
 *   <li>No name occurs twice in an object.
 * </ul>
 *
 * <p>May be shared between threads, and should be between answers: what it finds out about its form serves them all.
 */
public final class AnswerConstraint implements TokenConstraint.Factory {

    private static final String RESPONSE_FORMAT = "responseFormat";

    private final States states;
    private final Syntax syntax;

    private AnswerConstraint(Vocabulary vocabulary, Syntax syntax) {
        this.states = new States(vocabulary);
        this.syntax = syntax;
    }

    /**
     * JSON.
     *
     * @param schema what it is to look like; null for any object
     * @throws UnsupportedFeatureException for a schema that an answer cannot be held to; the message names what it is about it
     */
    public static AnswerConstraint json(Vocabulary vocabulary, JsonSchema schema) {
        return new AnswerConstraint(vocabulary, jsonSyntax(vocabulary, schema));
    }

    /**
     * One or more tool calls.
     *
     * @param tools that may be called, at least one
     * @param format how the model writes calls; its marks are the vocabulary's, where the model has tokens for them
     * @throws UnsupportedFeatureException for parameters that a call cannot be held to
     */
    public static AnswerConstraint toolCalls(
            Vocabulary vocabulary, List<ToolSpecification> tools, ToolCallFormat format) {
        return new AnswerConstraint(vocabulary, ToolCallSyntax.of(vocabulary, tools, format));
    }

    /**
     * Refuses what is too deep to be looked at, even to compare it with other schemas.
     *
     * @param schema may be null
     * @throws UnsupportedFeatureException if schemas nest too deep within one another
     */
    public static void requireDepth(JsonSchema schema, List<ToolSpecification> tools) {
        if (schema != null) {
            SchemaReader.requireDepth(schema.rootElement(), RESPONSE_FORMAT);
        }
        tools.forEach(tool -> SchemaReader.requireDepth(tool.parameters(), ToolCallSyntax.subject(tool)));
    }

    /** Either of the two; see there. */
    public static AnswerConstraint jsonOrToolCalls(
            Vocabulary vocabulary, JsonSchema schema, List<ToolSpecification> tools, ToolCallFormat format) {
        return new AnswerConstraint(
                vocabulary,
                new Choice(List.of(jsonSyntax(vocabulary, schema), ToolCallSyntax.of(vocabulary, tools, format))));
    }

    private static Syntax jsonSyntax(Vocabulary vocabulary, JsonSchema schema) {
        SchemaCompiler compiler =
                new SchemaCompiler(vocabulary, new TextRules(vocabulary.bytesAreTokens(), false), RESPONSE_FORMAT);
        return schema == null ? compiler.anyObject() : compiler.compile(schema.rootElement());
    }

    /** How many tokens an answer must be granted. */
    public int shortestAnswerTokens() {
        return syntax.shortest(Syntax.MOST_LEVELS);
    }

    /** @throws IllegalArgumentException if that many tokens are too few for any answer */
    @Override
    public TokenConstraint start(int maximumTokens) {
        return running(maximumTokens);
    }

    RunningConstraint running(int maximumTokens) {
        if (maximumTokens < shortestAnswerTokens()) {
            throw new IllegalArgumentException(
                    "%d tokens are too few: the shortest answer of the form asked for may take %d; allow at least as many"
                            .formatted(maximumTokens, shortestAnswerTokens()));
        }
        Stack start = Stack.DONE.push(new Begin(syntax, Syntax.MOST_LEVELS)).push(Gap.SPACE);
        return new RunningConstraint(states, start, maximumTokens);
    }
}
