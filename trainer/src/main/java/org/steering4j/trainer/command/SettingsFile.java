package org.steering4j.trainer.command;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.trainer.SourceName;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Options of a command from a YAML file: its keys are the long names of options without the dashes, its values what would follow them, a
 * list for an option that may be given more than once. Knows no command: every option of every command can stand in such a file.
 *
 * <p>The file becomes arguments in front of those that were given, but for the options that were given: these win.
 *
 * <p>A file may come from somebody else, with {@code --settings} or in a run folder. Therefore it names no environment variable, for what
 * that holds would be sent where the file says, and it replaces no file outside the working directory and the run folder.
 */
final class SettingsFile {

    static final String NAME = "settings.yaml";

    private static final String FIRST_WORDS = "# steering ";

    /** What concerns the call and not the run. */
    private static final Set<String> NOT_KEPT = Set.of(
            "settings",
            "run-folder",
            "resume",
            "resume-on-any-machine",
            "json",
            "verbose",
            "help",
            "version",
            JudgeOptions.KEY_VARIABLE);

    private static final Set<String> NOT_IN_A_FILE = Set.of("settings", "help", "version");

    /** Options of files that are written. */
    private static final Set<String> WRITTEN = Set.of("output", "report");

    private record Entry(int line, List<String> values) {}

    private final CommandLine command;
    private final Path file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private SettingsFile(CommandLine command, Path file) {
        this.command = command;
        this.file = file;
    }

    /**
     * Puts the settings of the file that the arguments name into the arguments.
     *
     * @param arguments of the root command
     * @throws ParameterException if the file cannot be read, or holds what the command does not know; it names the line
     */
    static String[] expand(CommandLine root, String[] arguments) {
        int name = commandAt(root, arguments);
        Path file = fileIn(arguments);
        if (name < 0 || file == null) {
            return arguments;
        }
        SettingsFile settings = new SettingsFile(root.getSubcommands().get(arguments[name]), file);
        settings.read();
        List<String> expanded = new ArrayList<>(Arrays.asList(arguments));
        expanded.addAll(name + 1, settings.arguments(arguments));
        return expanded.toArray(String[]::new);
    }

    /** Whether an option of the arguments stands in their settings file, and not among themselves. */
    static boolean holds(CommandLine root, String[] arguments, String option) {
        String[] expanded = expand(root, arguments);
        return contains(expanded, option) && !contains(arguments, option);
    }

    private static boolean contains(String[] arguments, String option) {
        return Arrays.stream(arguments)
                .anyMatch(argument -> argument.equals(option) || argument.startsWith(option + "="));
    }

    private static int commandAt(CommandLine root, String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (root.getSubcommands().containsKey(arguments[i])) {
                return i;
            }
            if (arguments[i].equals("--settings")) {
                i++;
            }
        }
        return -1;
    }

    /** The file that is named, or that of the run to be resumed. */
    private static Path fileIn(String[] arguments) {
        String file = valueOf("--settings", arguments);
        if (file != null) {
            return Path.of(file);
        }
        String folder = valueOf("--resume", arguments);
        if (folder == null && Arrays.asList(arguments).contains("--resume")) {
            folder = valueOf("--run-folder", arguments);
        }
        return folder == null || !Files.isDirectory(Path.of(folder)) ? null : Path.of(folder, NAME);
    }

    private static String valueOf(String option, String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith(option + "=")) {
                return arguments[i].substring(option.length() + 1);
            }
            if (arguments[i].equals(option) && i + 1 < arguments.length && !arguments[i + 1].startsWith("--")) {
                return arguments[i + 1];
            }
        }
        return null;
    }

    private void read() {
        try (JsonParser parser = new YAMLFactory().createParser(Files.readString(file))) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return;
            }
            if (first != JsonToken.START_OBJECT) {
                throw refused(line(parser), "expected \"option: value\" in each line");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                readEntry(parser);
            }
            if (parser.nextToken() != null) {
                throw refused(line(parser), "a second document begins; expected one");
            }
        } catch (JsonProcessingException e) {
            throw e.getCause() instanceof MarkedYAMLException yaml
                    ? refused(yaml.getProblemMark().getLine() + 1, "is no YAML: " + yaml.getProblem())
                    : refused(e.getLocation().getLineNr(), "is no YAML: " + e.getOriginalMessage());
        } catch (NoSuchFileException e) {
            throw new ParameterException(
                    command,
                    "there is no settings file " + file + ": check the path"
                            + (file.endsWith(NAME)
                                    ? "; a run that was stopped before it had settings begins anew with --run-folder"
                                    : ""));
        } catch (IOException e) {
            throw new ParameterException(command, "the settings file " + file + " cannot be read: " + e, e);
        }
    }

    private void readEntry(JsonParser parser) throws IOException {
        int line = line(parser);
        String key = parser.currentName();
        if (key.equals(JudgeOptions.KEY_VARIABLE)) {
            throw refused(
                    line,
                    key
                            + " is taken from the command line alone, for it names an environment variable that would be sent"
                            + " to whatever server a settings file names; delete the line, and give --" + key
                            + " there");
        }
        OptionSpec option = option(key).orElseThrow(() -> unknown(line, key));
        if (entries.containsKey(key)) {
            throw refused(
                    line,
                    key + " is there twice, the first time in line "
                            + entries.get(key).line());
        }
        List<String> values = new ArrayList<>();
        if (parser.nextToken() == JsonToken.START_ARRAY) {
            if (!option.isMultiValue() && option.group() == null) {
                throw refused(line, key + " takes one value, not a list");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                values.add(scalar(parser, option, key));
            }
        } else {
            values.add(scalar(parser, option, key));
        }
        entries.put(key, new Entry(line, values));
    }

    private String scalar(JsonParser parser, OptionSpec option, String key) throws IOException {
        if (!parser.currentToken().isScalarValue() || parser.currentToken() == JsonToken.VALUE_NULL) {
            throw refused(
                    line(parser),
                    key + " has " + (parser.currentToken() == JsonToken.VALUE_NULL ? "no value" : "a value in parts")
                            + "; expected " + (option.isMultiValue() ? "one value or a list of them" : "one value"));
        }
        String value = parser.getText();
        requireType(line(parser), option, key, value);
        return value;
    }

    /** Has the command line's own parser convert the value, alone, to know that it can. */
    private void requireType(int line, OptionSpec option, String key, String value) {
        if (isFlag(option)) {
            if (!value.equals("true") && !value.equals("false")) {
                throw refused(line, key + " is " + value + ": expected true or false");
            }
            return;
        }
        OptionSpec alone = OptionSpec.builder(option.longestName())
                .type(option.type())
                .auxiliaryTypes(option.auxiliaryTypes())
                .converters(option.converters())
                .splitRegex(option.splitRegex())
                .arity(option.arity().toString())
                .build();
        try {
            new CommandLine(CommandSpec.create().addOption(alone))
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(option.longestName() + "=" + value);
        } catch (ParameterException e) {
            throw refused(line, e.getMessage());
        }
    }

    private List<String> arguments(String[] given) {
        List<String> arguments = new ArrayList<>();
        int longest = entries.values().stream()
                .mapToInt(entry -> entry.values().size())
                .max()
                .orElse(0);
        // The options of a group belong together by their place in the lists: --vector A --multiplier 1 --vector B
        // --multiplier 2.
        for (int i = 0; i < longest; i++) {
            for (Map.Entry<String, Entry> entry : entries.entrySet()) {
                OptionSpec option = option(entry.getKey()).orElseThrow();
                List<String> values = entry.getValue().values();
                if (i < values.size() && !isGiven(option, given)) {
                    if (WRITTEN.contains(entry.getKey())) {
                        requireReplaceable(entry.getKey(), entry.getValue().line(), Path.of(values.get(i)));
                    }
                    arguments.addAll(argument(option, values.get(i)));
                }
            }
        }
        return arguments;
    }

    private void requireReplaceable(String key, int line, Path written) {
        if (!Files.exists(written)) {
            return;
        }
        try {
            Path real = written.toRealPath();
            if (!real.startsWith(Path.of("").toRealPath())
                    && !real.startsWith(file.toAbsolutePath().getParent().toRealPath())) {
                throw refused(
                        line,
                        key + " is " + written
                                + ", a file outside the working directory, which a settings file must not"
                                + " replace; give --" + key + " on the command line");
            }
        } catch (IOException e) {
            throw refused(line, key + " is " + written + ", which cannot be read: " + e);
        }
    }

    private static List<String> argument(OptionSpec option, String value) {
        if (isFlag(option)) {
            return value.equals("true") ? List.of(option.longestName()) : List.of();
        }
        return List.of(option.longestName() + "=" + value);
    }

    private boolean isGiven(OptionSpec option, String[] given) {
        return command.getCommandSpec().options().stream()
                .filter(other -> other == option || (other.group() != null && other.group() == option.group()))
                .flatMap(other -> Arrays.stream(other.names()))
                .anyMatch(name -> Arrays.stream(given)
                        .anyMatch(argument -> argument.equals(name) || argument.startsWith(name + "=")));
    }

    private static boolean isFlag(OptionSpec option) {
        return option.typeInfo().isBoolean() && option.arity().max() == 0;
    }

    private Optional<OptionSpec> option(String key) {
        return NOT_IN_A_FILE.contains(key)
                ? Optional.empty()
                : Optional.ofNullable(command.getCommandSpec().findOption("--" + key));
    }

    private ParameterException unknown(int line, String key) {
        String nearest = Names.nearest(
                key,
                command.getCommandSpec().options().stream()
                        .map(SettingsFile::key)
                        .filter(known -> !NOT_IN_A_FILE.contains(known))
                        .toList());
        return refused(
                line,
                "\"" + key + "\" is no option of " + command.getCommandName() + "; the nearest is \"" + nearest + "\"");
    }

    private static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    private ParameterException refused(int line, String problem) {
        return new ParameterException(command, file + " line " + line + ": " + problem);
    }

    /**
     * Writes what a command runs with, defaults included, so that the file gives the same run again.
     *
     * @throws org.steering4j.vector.FileNotWrittenException if it cannot be written
     */
    static void write(Path file, ParseResult parsed) {
        String name = parsed.commandSpec().name();
        AtomicFiles.write(file, output -> {
            output.write((FIRST_WORDS + name + " --settings FILE, where FILE is this one, does the same again.\n")
                    .getBytes(StandardCharsets.UTF_8));
            output.write(yaml(parsed, (option, text) -> text).getBytes(StandardCharsets.UTF_8));
        });
    }

    /** The same for people to read elsewhere: of files and folders the names alone. */
    static String withoutFolders(ParseResult parsed) {
        return yaml(parsed, SettingsFile::withoutFolders);
    }

    private static String withoutFolders(OptionSpec option, String text) {
        Class<?> type = type(option);
        if (type == NamedFile.class) {
            int equals = text.indexOf('=');
            return text.substring(0, equals + 1) + SourceName.of(text.substring(equals + 1));
        }
        return type == Path.class || isFolder(type, text) ? SourceName.of(text) : text;
    }

    /** Of a model: all else that names one is a name of the hub. */
    private static boolean isFolder(Class<?> type, String text) {
        try {
            return type == String.class && !text.isBlank() && Files.isDirectory(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static String yaml(ParseResult parsed, BiFunction<OptionSpec, String, String> shown) {
        Map<String, Object> settings = new LinkedHashMap<>();
        for (OptionSpec option : parsed.commandSpec().options()) {
            List<Object> values = values(option, parsed, shown);
            if (!NOT_KEPT.contains(key(option)) && !values.isEmpty()) {
                settings.put(key(option), values.size() == 1 ? values.get(0) : values);
            }
        }
        try {
            return yaml().writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no YAML can be made of " + settings, e);
        }
    }

    /** Whether a file was made by {@link #write}, and not by hand. */
    static boolean isWrittenHere(Path file) throws IOException {
        return Files.readString(file).startsWith(FIRST_WORDS);
    }

    private static YAMLMapper yaml() {
        return YAMLMapper.builder(YAMLFactory.builder()
                        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
                        .build())
                .build();
    }

    private static List<Object> values(
            OptionSpec option, ParseResult parsed, BiFunction<OptionSpec, String, String> shown) {
        List<String> texts;
        if (parsed.hasMatchedOption(option)) {
            // Of a map, the others are its keys alone.
            texts = option.typeInfo().isMap() ? option.originalStringValues() : option.stringValues();
        } else if (option.defaultValue() == null) {
            texts = List.of();
        } else {
            texts = option.isMultiValue() && !option.splitRegex().isEmpty()
                    ? Pattern.compile(option.splitRegex())
                            .splitAsStream(option.defaultValue())
                            .toList()
                    : List.of(option.defaultValue());
        }
        return texts.stream()
                .map(text -> typed(option, shown.apply(option, text)))
                .collect(Collectors.toList());
    }

    private static Class<?> type(OptionSpec option) {
        return Objects.requireNonNullElse(
                option.auxiliaryTypes().length == 0 ? null : option.auxiliaryTypes()[0], option.type());
    }

    private static Object typed(OptionSpec option, String text) {
        Class<?> type = type(option);
        if (option.typeInfo().isBoolean()) {
            return Boolean.valueOf(text);
        }
        boolean number = Number.class.isAssignableFrom(type) || (type.isPrimitive() && type != char.class);
        try {
            return number ? new BigDecimal(text) : text;
        } catch (NumberFormatException e) {
            return text; // Such as NaN, which the command is to judge.
        }
    }
}
