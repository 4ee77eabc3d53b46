package org.steering4j.prompt;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import dev.langchain4j.exception.InvalidRequestException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steering4j.checkpoint.ModelFolderException;

/**
 * A model's chat template, a Jinja program, rendered as Hugging Face's transformers render it: blocks trimmed, with
 * {@code raise_exception}, {@code strftime_now} and a {@code tojson} that writes as Python's {@code json.dumps}. It knows nothing of
 * LangChain4j's messages or of tokens.
 *
 * <p>Jinjava stands in for Jinja2. Where the two differ and templates care, this class and {@link PythonObjects} make up for it; what
 * cannot be made up for, such as an unknown filter, is refused when the template is read, rather than rendered wrongly. A template comes
 * with a model, from anywhere: it sees its variables only, cannot load other files, and its output is bounded.
 *
 * <p>Immutable and thread-safe.
 */
final class ChatTemplate {

    private static final long MAXIMUM_OUTPUT_BYTES = 64L << 20;
    private static final Pattern TAG_BODY = Pattern.compile("\\{%(.*?)%}|\\{\\{(.*?)}}", Pattern.DOTALL);
    /** Marks for training, without effect on what is rendered. */
    private static final Pattern GENERATION_TAG = Pattern.compile("(\\{%[-+]?\\s*)(end)?generation(\\s*[-+]?%})");

    /** What lstrip_blocks and trim_blocks drop; Jinjava's own also drop white space before blocks in the middle of a line. */
    private static final Pattern SPACE_BEFORE_BLOCK = Pattern.compile("^[ \\t]+(?=\\{[%#](?![-+]))", Pattern.MULTILINE);

    private static final Pattern BREAK_AFTER_BLOCK = Pattern.compile("(?<=(?<![-+])[%#]})\\r?\\n");

    private static final Pattern STRING_LITERAL =
            Pattern.compile("'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"", Pattern.DOTALL);
    private static final Pattern FILTER = Pattern.compile("\\|\\s*(\\w+)");
    private static final Pattern REVERSING_SLICE = Pattern.compile("\\[\\s*::\\s*-1\\s*]");
    /** {@code for VARIABLES in ITEMS if CONDITION}, which Jinjava does not know. */
    private static final Pattern FILTERED_LOOP =
            Pattern.compile("([-+]?)\\s*for\\s+(.+?)\\s+in\\s+(.+?)\\s+if\\s+(.+?)\\s*([-+]?)", Pattern.DOTALL);

    private final String source;
    private final String origin;
    private final Jinjava jinjava;

    /** @param origin what to call it in messages, such as the file it is from */
    ChatTemplate(String source, String origin) {
        this.source = adapted(source);
        this.origin = origin;
        this.jinjava = new Jinjava(JinjavaConfig.newBuilder()
                // Otherwise {{ ... }} in a user's message would be run.
                .withNestedInterpretationEnabled(false)
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withKeepNullableLoopValues(true)
                        .withHandleBackslashInQuotesOnly(true)
                        .withDefaultKeepTrailingNewlineBehavior(true)
                        .build())
                .withMaxOutputSize(MAXIMUM_OUTPUT_BYTES)
                .withElResolver(new PythonObjects())
                .withDisabled(Map.of(Library.TAG, Set.of("include", "import", "from", "extends")))
                .build());
        jinjava.getGlobalContext().registerFunction(function("raise_exception", "raiseException", Object.class));
        jinjava.getGlobalContext().registerFunction(function("strftime_now", "now", String.class));
        PythonObjects.filters().forEach(jinjava.getGlobalContext()::registerFilter);
        jinjava.getGlobalContext().registerExpTest(PythonObjects.iterable());
        requireKnownFilters();
    }

    private static ELFunctionDefinition function(String name, String method, Class<?> parameter) {
        return new ELFunctionDefinition("", name, ChatTemplate.class, method, parameter);
    }

    private static String adapted(String source) {
        // Jinja2 drops one line break at the end of the source; Jinjava would drop it from what is rendered.
        String withoutLastBreak = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
        String adapted = GENERATION_TAG
                .matcher(withoutLastBreak)
                .replaceAll(tag -> tag.group(1) + (tag.group(2) == null ? "if true" : "endif") + tag.group(3));
        adapted = SPACE_BEFORE_BLOCK.matcher(adapted).replaceAll("");
        adapted = BREAK_AFTER_BLOCK.matcher(adapted).replaceAll("");
        Matcher bodies = TAG_BODY.matcher(adapted);
        return bodies.replaceAll(match -> {
            String tag = REVERSING_SLICE.matcher(match.group()).replaceAll("|reverse|list");
            Matcher loop = FILTERED_LOOP.matcher(tag.substring(2, tag.length() - 2));
            boolean filtered = match.group(1) != null && loop.matches() && isBalanced(loop.group(3));
            return Matcher.quoteReplacement(filtered ? withoutCondition(loop, "kept_" + match.start()) : tag);
        });
    }

    /** Whether brackets that are opened are closed: otherwise the {@code if} after it is a part of an expression. */
    private static boolean isBalanced(String expression) {
        String signs = STRING_LITERAL.matcher(expression).replaceAll("");
        return signs.chars().filter(c -> "([{".indexOf(c) >= 0).count()
                == signs.chars().filter(c -> ")]}".indexOf(c) >= 0).count();
    }

    /** A loop that collects the items that fulfil the condition, and a loop over these. */
    private static String withoutCondition(Matcher loop, String kept) {
        String variables = loop.group(2);
        return "{%%%s set %s = [] %%}{%% for %s in %s %%}{%% if %s %%}{%% do %s.append(%s) %%}{%% endif %%}{%% endfor %%}{%% for %s in %s %s%%}"
                .formatted(
                        loop.group(1),
                        kept,
                        variables,
                        loop.group(3),
                        loop.group(4),
                        kept,
                        variables.contains(",") ? "[" + variables + "]" : variables,
                        variables,
                        kept,
                        loop.group(5));
    }

    /** Jinjava takes an unknown filter's result for empty, without a word. */
    private void requireKnownFilters() {
        Matcher bodies = TAG_BODY.matcher(source);
        while (bodies.find()) {
            Matcher filters =
                    FILTER.matcher(STRING_LITERAL.matcher(bodies.group()).replaceAll("\"\""));
            while (filters.find()) {
                if (jinjava.getGlobalContext().getFilter(filters.group(1)) == null) {
                    throw new ModelFolderException(origin + " uses the filter \"" + filters.group(1)
                            + "\", which is not supported: see the filters of Jinjava");
                }
            }
        }
    }

    /** The template's source, to look up which control tokens it spells out. */
    String source() {
        return source;
    }

    /**
     * @throws InvalidRequestException if the template refuses the messages
     * @throws ModelFolderException if the template fails otherwise
     */
    String render(Map<String, ?> variables) {
        RenderResult result = jinjava.renderForResult(source, variables);
        for (TemplateError error : result.getErrors()) {
            for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
                if (cause instanceof Refusal refusal) {
                    throw new InvalidRequestException(
                            "the model's chat template refuses this conversation: " + refusal.getMessage());
                }
            }
        }
        if (!result.getErrors().isEmpty()) {
            throw new ModelFolderException(origin + " cannot be rendered: "
                    + result.getErrors().stream()
                            .map(error -> "line " + error.getLineno() + ": " + error.getMessage())
                            .collect(Collectors.joining("; ")));
        }
        return result.getOutput();
    }

    private static final class Refusal extends RuntimeException {
        Refusal(String message) {
            super(message);
        }
    }

    /** Called by templates. */
    public static Object raiseException(Object message) {
        throw new Refusal(Objects.toString(message));
    }

    /** Called by templates, with a format of C's strftime. */
    public static String now(String format) {
        LocalDateTime now = LocalDateTime.now();
        return Pattern.compile("%(-?[a-zA-Z%])").matcher(format).replaceAll(match -> {
            String pattern = switch (match.group(1)) {
                case "d" -> "dd";
                case "-d", "e" -> "d";
                case "m" -> "MM";
                case "-m" -> "M";
                case "b" -> "MMM";
                case "B" -> "MMMM";
                case "Y" -> "yyyy";
                case "y" -> "yy";
                case "H" -> "HH";
                case "I" -> "hh";
                case "M" -> "mm";
                case "S" -> "ss";
                case "p" -> "a";
                case "a" -> "EEE";
                case "A" -> "EEEE";
                case "j" -> "DDD";
                case "F" -> "yyyy-MM-dd";
                case "T" -> "HH:mm:ss";
                default -> "";
            };
            String text = pattern.isEmpty()
                    ? match.group(1).equals("%") ? "%" : match.group()
                    : now.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
            return Matcher.quoteReplacement(text);
        });
    }
}
