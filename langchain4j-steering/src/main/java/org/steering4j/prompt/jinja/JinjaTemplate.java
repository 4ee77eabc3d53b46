package org.steering4j.prompt.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A template, read once. Immutable and thread-safe. */
public final class JinjaTemplate {

    /** Of a source, in characters: those of open models have some thousands, the longest some ten thousands. */
    public static final int MAXIMUM_LENGTH = 1 << 20;

    private final List<Statement> statements;
    private final Set<String> names;

    private JinjaTemplate(Parser.Parsed parsed) {
        this.statements = parsed.statements();
        this.names = Set.copyOf(parsed.names());
    }

    /** @throws JinjaException if it is no Jinja, is longer than {@link #MAXIMUM_LENGTH}, or holds a tag, a filter or a test that is not supported */
    public static JinjaTemplate parse(String source) {
        if (source.length() > MAXIMUM_LENGTH) {
            throw new JinjaException(1, "it has more than %,d characters".formatted(MAXIMUM_LENGTH));
        }
        try {
            return new JinjaTemplate(Parser.parse(Lexer.tokens(source)));
        } catch (StackOverflowError e) {
            throw new JinjaException(1, "it is nested too deep");
        }
    }

    /** The names of the variables that it reads anywhere, its own among them. */
    public Set<String> variables() {
        return names;
    }

    /**
     * Writes it.
     *
     * @param variables strings or {@link Text}, numbers, booleans, null, and lists and maps of them
     * @param clock for {@code strftime_now}
     * @throws JinjaException.Refusal if it calls {@code raise_exception}
     * @throws JinjaException if it fails otherwise, or is too much work
     */
    public Text render(Map<String, ?> variables, Clock clock) {
        return render(variables, clock, Work.MAXIMUM_STEPS);
    }

    Text render(Map<String, ?> variables, Clock clock, int maximumSteps) {
        Scope scope = new Scope(null);
        variables.forEach((name, value) -> scope.set(name, Values.of(value)));
        try {
            return Work.limited(maximumSteps, () -> new Rendering(clock).run(statements, scope));
        } catch (Failure e) { // of putting together what all statements have written
            throw new JinjaException(1, e.getMessage());
        } catch (StackOverflowError e) {
            throw new JinjaException(1, "it is nested too deep");
        }
    }
}
