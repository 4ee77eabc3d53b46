package org.steering4j.trainer.command;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.trainer.SourceName;
import org.steering4j.trainer.evaluation.Judge;
import org.steering4j.trainer.evaluation.JudgeEstimate;
import org.steering4j.trainer.evaluation.JudgePrices;
import org.steering4j.trainer.evaluation.JudgeUsage;
import org.steering4j.trainer.evaluation.Rubric;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of who grades answers and how: a local model, or one behind an address that speaks OpenAI's protocol. */
final class JudgeOptions {

    /** The name of the option that names an environment variable. */
    static final String KEY_VARIABLE = "judge-key-variable";

    private static final String DEFAULT_KEY_VARIABLE = "OPENAI_API_KEY";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--judge",
            paramLabel = NamedModel.LABEL,
            description = "A local model that grades the answers from 1 to 4, unsteered.")
    private String folder;

    @Option(
            names = "--judge-url",
            paramLabel = "URL",
            description = "A server that grades them, of OpenAI's protocol, such as https://api.openai.com/v1.")
    private String url;

    @Option(names = "--judge-name", paramLabel = "NAME", description = "The server's model. Needed with --judge-url.")
    private String name;

    @Option(
            names = "--" + KEY_VARIABLE,
            paramLabel = "NAME",
            description =
                    "The environment variable that holds the server's key; empty for none. On the command line alone, not"
                            + " in a settings file. Default: " + DEFAULT_KEY_VARIABLE
                            + " if there is such a variable; it is never sent to"
                            + " a --judge-url that comes from a settings file or a resumed run.")
    private String keyVariable;

    @Option(
            names = "--judge-json-schema",
            description = "The server holds replies to a JSON schema. Default: it is asked for a line of text.")
    private boolean jsonSchema;

    @Option(
            names = "--judge-temperature",
            defaultValue = "0",
            paramLabel = "T",
            description = "Some servers take 1 alone. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(
            names = "--judge-rubric",
            paramLabel = "FILE",
            description =
                    "YAML or JSON with behavior, description and four levels, for each behaviour. Default: made of the behaviour's name.")
    private List<Path> rubricFiles = new ArrayList<>();

    private List<Rubric> rubrics;

    @Option(
            names = "--judge-rate",
            defaultValue = "0",
            paramLabel = "N",
            description = "Requests a minute at most; 0 for any number. Default: ${DEFAULT-VALUE}.")
    private int requestsPerMinute;

    @Option(
            names = "--judge-parallel",
            defaultValue = "1",
            paramLabel = "N",
            description = "Requests at the same time. Default: ${DEFAULT-VALUE}.")
    private int parallelRequests;

    @Option(
            names = "--judge-attempts",
            defaultValue = "5",
            paramLabel = "N",
            description =
                    "How often an answer is sent before it counts as unjudged; when none of them reaches the server, judging"
                            + " stops. Default: ${DEFAULT-VALUE}.")
    private int attempts;

    @Option(
            names = "--judge-share",
            defaultValue = "0.1",
            paramLabel = "X",
            description = "Stop when more than this share of the answers is left unjudged. Default: ${DEFAULT-VALUE}.")
    private double largestUnjudgedShare;

    @Option(
            names = "--judge-price-in",
            paramLabel = "PRICE",
            description = "The price of a million tokens sent, to estimate the cost.")
    private Double inputPrice;

    @Option(
            names = "--judge-price-out",
            paramLabel = "PRICE",
            description = "The price of a million tokens received. Default: that of those sent.")
    private Double outputPrice;

    /** A judge with the local model that it may run on. */
    record OpenJudge(Judge judge, Optional<SteeredModel> localModel) implements AutoCloseable {
        @Override
        public void close() {
            localModel.ifPresent(SteeredModel::close);
        }
    }

    boolean isGiven() {
        return folder != null || url != null;
    }

    /** Refuses what cannot be, before a model is opened for it. */
    void requireValid() {
        if (folder != null && url != null) {
            throw wrong("--judge and --judge-url exclude each other: there is one judge");
        }
        if (url != null && name == null) {
            throw wrong("--judge-url needs --judge-name: the server's model");
        }
        requireWebAddress();
        requireKeyIsMeant();
        if (!isGiven()) {
            command.options().stream()
                    .map(OptionSpec::longestName)
                    .filter(option -> option.startsWith("--judge-"))
                    .forEach(option -> GivenOptions.refuse(
                            command, option, "there is no judge: name one with --judge or --judge-url"));
        }
        if (folder != null) {
            for (String option : List.of("--judge-name", "--" + KEY_VARIABLE, "--judge-json-schema")) {
                GivenOptions.refuse(
                        command, option, "it is for a server; name one with --judge-url in place of --judge");
            }
        }
        try {
            prices();
            settings(Judge.builder("none", new ChatModel() {})).build();
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private void requireWebAddress() {
        if (url != null && !url.matches("(?i)https?://[^/\\s]+(/\\S*)?")) {
            throw wrong("--judge-url is \"" + url + "\": expected an address such as https://api.openai.com/v1");
        }
    }

    /** Whoever wrote a settings file must not choose whom the user's key goes to. */
    private void requireKeyIsMeant() {
        if (url != null && keyVariable == null && isFromSettings() && System.getenv(DEFAULT_KEY_VARIABLE) != null) {
            throw wrong("--judge-url " + url + " comes from a settings file, and " + DEFAULT_KEY_VARIABLE
                    + " is not sent to it unasked: say on the command line which environment variable holds its key, --"
                    + KEY_VARIABLE + " NAME, or --" + KEY_VARIABLE + "= for none");
        }
    }

    private boolean isFromSettings() {
        return command.root().userObject() instanceof Main main && main.isFromSettings("--judge-url");
    }

    /** What goes where, before anything does; empty if no server is asked. */
    Optional<String> destination() {
        if (url == null) {
            return Optional.empty();
        }
        String sent = key() == null
                ? "without a key" + (isFromSettings() ? ", for which see --" + KEY_VARIABLE : "")
                : "with the key in " + keyVariable();
        return Optional.of("questions and answers go to " + url + ", " + sent);
    }

    private String keyVariable() {
        return keyVariable == null && !isFromSettings() ? DEFAULT_KEY_VARIABLE : keyVariable;
    }

    /** Null for none. */
    private String key() {
        String variable = keyVariable();
        return variable == null || variable.isEmpty() ? null : System.getenv(variable);
    }

    /** For a cost; empty if no price was given. */
    Optional<JudgePrices> prices() {
        if (inputPrice == null && outputPrice == null) {
            return Optional.empty();
        }
        double in = inputPrice == null ? 0 : inputPrice;
        return Optional.of(new JudgePrices(in, outputPrice == null ? in : outputPrice));
    }

    /** What it costs; null if no price was given. */
    Double cost(JudgeUsage usage) {
        return prices().map(prices -> prices.cost(usage.inputTokens(), usage.outputTokens()))
                .orElse(null);
    }

    String describe(JudgeEstimate estimate) {
        return "%d answers to judge, about %d tokens to send and %d to receive, if none is asked for twice%s"
                .formatted(
                        estimate.requests(),
                        estimate.inputTokens(),
                        estimate.outputTokens(),
                        cost(estimate.inputTokens(), estimate.outputTokens()));
    }

    String describe(JudgeUsage usage) {
        return ("%d requests, %d of which failed and %d brought no score; %d judgements found kept, %d answers unjudged;"
                        + " %d tokens sent and %d received%s")
                .formatted(
                        usage.requests(),
                        usage.failures(),
                        usage.nonsense(),
                        usage.fromCache(),
                        usage.unjudged(),
                        usage.inputTokens(),
                        usage.outputTokens(),
                        cost(usage.inputTokens(), usage.outputTokens()));
    }

    private String cost(long inputTokens, long outputTokens) {
        return prices().map(prices -> String.format(Locale.ROOT, ", cost %.4f", prices.cost(inputTokens, outputTokens)))
                .orElse("");
    }

    /**
     * Reads the rubrics, and refuses one that nothing is judged by, before a model is opened.
     *
     * @param data the names of the pairs whose prompts are answered
     */
    void requireRubricsAreUsed(Set<String> data) {
        Set<String> seen = new HashSet<>();
        for (Rubric rubric : rubrics()) {
            if (!data.contains(rubric.behavior())) {
                throw wrong("--judge-rubric is given for \"" + rubric.behavior() + "\", but --data for " + data
                        + " alone: give the data that name with --data NAME=FILE, or leave the rubric out");
            }
            if (!seen.add(rubric.behavior())) {
                throw wrong(
                        "--judge-rubric is given for \"" + rubric.behavior() + "\" twice: give one for each --data");
            }
        }
    }

    /** The rubrics that files give, each for the behaviour that it names; read once, so that they stay the same through a run. */
    private List<Rubric> rubrics() {
        if (rubrics == null) {
            rubrics = rubricFiles.stream().map(Rubric::read).toList();
        }
        return rubrics;
    }

    /** The given rubric of a behaviour, else one made of its name. */
    Rubric rubric(String behavior) {
        return rubrics().stream()
                .filter(rubric -> rubric.behavior().equals(behavior))
                .findFirst()
                .orElseGet(() -> Rubric.of(behavior));
    }

    /** @param file where judgements are kept */
    OpenJudge open(Path file) {
        if (url != null) {
            return new OpenJudge(
                    settings(Judge.builder(url + " " + name + settingsOfReplies(), server(key())))
                            .file(file)
                            .build(),
                    Optional.empty());
        }
        SteeredModel model = folder.equals("embedded")
                ? SteeredModel.embedded()
                : SteeredModel.open(NamedModel.folder(folder, command));
        try {
            ChatModel judge = SteeredChatModel.builder()
                    .model(model)
                    .temperature(temperature)
                    .build();
            return new OpenJudge(
                    settings(Judge.builder(localName() + settingsOfReplies(), judge))
                            .file(file)
                            .build(),
                    Optional.of(model));
        } catch (Throwable e) {
            model.close();
            throw e;
        }
    }

    /** Of a folder its name alone, and a number that tells it from others of that name. */
    private String localName() {
        Path path = Path.of(folder);
        return Files.isDirectory(path)
                ? "%s (%08x)"
                        .formatted(
                                SourceName.of(path),
                                path.toAbsolutePath().normalize().toString().hashCode())
                : folder;
    }

    /** Part of the judge's name: judgements are kept for each setting. */
    private String settingsOfReplies() {
        return " at temperature " + temperature;
    }

    /** Does not repeat requests itself: the judge does, and counts them. */
    private ChatModel server(String key) {
        return OpenAiChatModel.builder()
                .baseUrl(url)
                .modelName(name)
                .apiKey(key)
                .temperature(temperature)
                .timeout(TIMEOUT)
                .maxRetries(0)
                .supportedCapabilities(jsonSchema ? Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA) : Set.of())
                .strictJsonSchema(jsonSchema)
                .build();
    }

    private Judge.Builder settings(Judge.Builder builder) {
        return builder.requestsPerMinute(requestsPerMinute)
                .parallelRequests(parallelRequests)
                .attempts(attempts)
                .largestUnjudgedShare(largestUnjudgedShare);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
