package org.steering4j.trainer.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.spi.SystemStream;
import org.steering4j.SteeredModel;
import org.steering4j.trainer.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Talks with a model, at a terminal or through pipes. */
@Command(
        name = "chat",
        description = {
            "Talks with the model, steered or not.",
            "Vectors go by the names of their behaviours. In the conversation, a line that starts with / is a command;"
                    + " /help lists them. Ctrl-C ends an answer, Ctrl-D the conversation."
        })
final class ChatCommand implements Callable<Integer> {

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Option(
            names = "--system-prompt",
            paramLabel = "TEXT",
            description = "A system message; empty for none. Default: the one that the vectors were made with.")
    private String systemPrompt;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private VectorOptions vectors;

    @Override
    public Integer call() throws IOException {
        if (main.isJson()) {
            throw new ParameterException(
                    command.commandLine(), "a conversation has no result for --json; see complete");
        }
        sampling.requireValid();
        VectorOptions.Vectors given = vectors.read();
        systemPrompt = given.systemPrompt(systemPrompt, command, main.errors());
        try (SteeredModel opened = model.open(sampling.speculation(), given.steering())) {
            AtomicBoolean stop = new AtomicBoolean();
            Conversation conversation =
                    new Conversation(opened, given, systemPrompt, sampling, main.output(), main.errors(), stop::get);
            if (Progress.isTerminal(SystemStream.Input) && Progress.isTerminal(SystemStream.Output)) {
                talkAtTerminal(conversation, stop);
            } else {
                talkThroughPipes(conversation);
            }
        }
        return 0;
    }

    private void talkAtTerminal(Conversation conversation, AtomicBoolean stop) throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            terminal.handle(Terminal.Signal.INT, signal -> stop.set(true));
            LineReader reader = reader(terminal);
            main.errors().println("Say something, or /help.");
            while (true) {
                String line = reader.readLine("> ");
                stop.set(false);
                if (!conversation.say(line)) {
                    return;
                }
            }
        } catch (UserInterruptException | EndOfFileException finished) {
            // Ctrl-C or Ctrl-D at the prompt.
        }
    }

    /** What is typed goes to the model as it is: no history expansion of "!", no backslashes or quotes that escape anything. */
    static LineReader reader(Terminal terminal) {
        return LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(new DefaultParser().escapeChars(null).quoteChars(null))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    private void talkThroughPipes(Conversation conversation) {
        BufferedReader reader = new BufferedReader(new InputStreamReader(main.input(), StandardCharsets.UTF_8));
        try {
            String line = reader.readLine();
            while (line != null && conversation.say(line)) {
                line = reader.readLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("standard input cannot be read: " + e, e);
        }
    }
}
