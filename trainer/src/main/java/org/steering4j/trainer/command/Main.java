package org.steering4j.trainer.command;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jline.terminal.spi.SystemStream;
import org.steering4j.internal.TemporaryFolder;
import org.steering4j.trainer.PrintableText;
import org.steering4j.trainer.Progress;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry of the command line. */
@Command(
        name = "steering",
        description = "Steers open-weights language models, and trains the vectors that do it.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        scope = ScopeType.INHERIT,
        subcommands = {
            CompleteCommand.class,
            ChatCommand.class,
            TrainCommand.class,
            ExtractCommand.class,
            SweepCommand.class,
            EvaluateCommand.class,
            ReproduceCommand.class,
            BenchmarkCommand.class,
            InspectCommand.class,
            ConvertCommand.class,
            InspectDataCommand.class,
            DownloadCommand.class,
            CommandLine.HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description =
                    "Options from a YAML file: their names without the dashes, \"epochs: 12\". What is given here wins.",
            scope = ScopeType.INHERIT)
    private Path settings;

    @Option(
            names = "--json",
            description = "The result as one JSON document on standard output, a failure as one on standard error.",
            scope = ScopeType.INHERIT)
    private boolean json;

    @Option(names = "--verbose", description = "Show the stack trace of a failure.", scope = ScopeType.INHERIT)
    private boolean verbose;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private final InputStream input;
    private final PrintStream output;
    private PrintStream errors;
    private Predicate<String> fromSettings = option -> false;
    private Run run;

    Main(InputStream input, PrintStream output, PrintStream errors) {
        this.input = input;
        this.output = output == null ? null : PrintableStream.on(output);
        this.errors = errors == null ? null : PrintableStream.on(errors);
    }

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        // Logs go to standard error; one line each, warnings and worse.
        setDefault("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        setDefault("org.slf4j.simpleLogger.showThreadName", "false");
        setDefault("org.slf4j.simpleLogger.showLogName", "false");
        // Of the libraries below one line of ours says what there is to know.
        setDefault("org.slf4j.simpleLogger.log.ai.djl", "warn");
        // DJL must not look for native libraries on the network: they lie beside this jar.
        setDefault("ai.djl.offline", "true");
        PrintStream output = Progress.isTerminal(SystemStream.Output)
                ? System.out
                : new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        useFolderForTerminal();
        // Also for logs, which hold names and settings of files.
        System.setErr(PrintableStream.on(System.err));
        int exitCode = execute(new BufferedInputStream(System.in), output, System.err, arguments);
        output.flush();
        System.exit(exitCode);
    }

    /** JLine unpacks a library of its own into it, which nobody would delete if this process were killed. */
    private static void useFolderForTerminal() {
        try {
            setDefault(
                    "jline.tmpdir",
                    TemporaryFolder.create("steering-terminal").path().toString());
        } catch (IOException e) {
            // Then it looks for another place, or does without the library.
        }
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Runs a command on the given streams.
     *
     * @return the exit code
     */
    static int execute(InputStream input, PrintStream output, PrintStream errors, String... arguments) {
        Main main = new Main(input, output, errors);
        CommandLine commandLine = new CommandLine(main)
                // What begins with @ is a text, and not the name of a file with further arguments.
                .setExpandAtFiles(false)
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> main.report(failure))
                .setParameterExceptionHandler((failure, given) -> main.refuse(failure, arguments));
        FiniteNumber.registerIn(commandLine);
        main.fromSettings = option -> SettingsFile.holds(commandLine, arguments, option);
        try {
            return commandLine.execute(SettingsFile.expand(commandLine, arguments));
        } catch (ParameterException badSettings) {
            return main.refuse(badSettings, arguments);
        } finally {
            main.end();
        }
    }

    private int report(Exception failure) {
        String message =
                failure.getMessage() == null ? failure.toString() : Advice.forCommandLine(failure.getMessage());
        int exitCode = failure instanceof RunFolderInUseException
                ? RunFolderInUseException.EXIT_CODE
                : CommandLine.ExitCode.SOFTWARE;
        printError(message.lines().findFirst().orElse(failure.toString()), exitCode, json);
        if (verbose) {
            failure.printStackTrace(errors);
        }
        return exitCode;
    }

    private int refuse(ParameterException failure, String[] arguments) {
        boolean asJson = Arrays.asList(arguments).contains("--json");
        Optional<String> unknown = unknownOption(failure.getCommandLine());
        printError(unknown.orElse(failure.getMessage()), CommandLine.ExitCode.USAGE, asJson);
        if (!asJson) {
            if (unknown.isEmpty()) {
                UnmatchedArgumentException.printSuggestions(failure, new PrintWriter(errors, true));
            }
            CommandSpec command = failure.getCommandLine().getCommandSpec();
            errors.println("Help: " + command.qualifiedName() + " --help");
        }
        return CommandLine.ExitCode.USAGE;
    }

    /** Of a misspelt option; picocli would rather tell that the one that was meant is missing. */
    private static Optional<String> unknownOption(CommandLine command) {
        return command.getUnmatchedArguments().stream()
                .filter(argument -> argument.matches("--?\\p{L}.*"))
                .map(argument -> argument.replaceFirst("=.*", ""))
                .findFirst()
                .map(option -> {
                    List<String> known = command.getCommandSpec().options().stream()
                            .flatMap(each -> Arrays.stream(each.names()))
                            .toList();
                    return option + " is no option of " + command.getCommandName() + "; the nearest is "
                            + Names.nearest(option, known);
                });
    }

    private void printError(String message, int exitCode, boolean asJson) {
        errors.println(
                asJson
                        ? Json.line(new TreeMap<>(Map.of("error", message, "exitCode", exitCode)))
                        : "steering: " + PrintableText.line(message));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: " + String.join(", ", spec.subcommands().keySet()));
    }

    /** Shows and logs through the run from now on, until the command ends. */
    Run begin(Run begun) {
        run = begun;
        boolean standard = errors == System.err;
        System.setErr(run.logged(System.err));
        errors = standard ? System.err : run.logged(errors);
        return run;
    }

    private void end() {
        if (run != null) {
            run.close();
        }
    }

    /** Shows the result of a command: as JSON if that was asked for, else as text for a person. */
    void show(Object result, Consumer<PrintStream> asText) {
        if (json) {
            output.println(Json.document(result));
        } else {
            asText.accept(output);
        }
    }

    /** Whether an option comes from a settings file, that of a resumed run included, and not from the command line. */
    boolean isFromSettings(String option) {
        return fromSettings.test(option);
    }

    boolean isJson() {
        return json;
    }

    InputStream input() {
        return input;
    }

    PrintStream output() {
        return output;
    }

    PrintStream errors() {
        return errors;
    }

    /** The version that the jar's manifest names. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"steering " + (version == null ? "(not packaged)" : version)};
        }
    }
}
