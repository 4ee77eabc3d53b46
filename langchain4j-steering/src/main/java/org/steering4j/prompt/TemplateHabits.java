package org.steering4j.prompt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.prompt.jinja.Text;

/**
 * What a chat template does with a conversation, seen by rendering some: nobody says so, and a tokenizer may have tokens left over from the
 * model it was made of. Immutable.
 *
 * @param toolCallFormat how it writes the calls of earlier turns, which is how the model writes them; null if that is none that we know
 * @param oneCallAtATime whether it refuses several calls in a message, or drops them
 * @param argumentsAsText whether it takes the arguments of calls as their JSON only
 * @param endTokens the control tokens that it writes after messages of the assistant, the one after an ordinary answer first
 * @param thinkingUnopened whether it writes what the assistant thought with a mark behind it, but none before
 */
record TemplateHabits(
        ToolCallFormat toolCallFormat,
        boolean oneCallAtATime,
        boolean argumentsAsText,
        Set<String> endTokens,
        boolean thinkingUnopened) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    // Words that no template writes by itself, and that none would change.
    private static final String QUESTION = "qzquestion";
    private static final String ANSWER = "qzanswer";
    private static final String THOUGHT = "qzthought";
    private static final String RESULT = "qzresult";
    private static final String CALLED = "qzcalled";
    private static final String CALLED_NEXT = "qzcalledtoo";

    private static final String LAST_ARGUMENT = "qzcount";
    private static final String ARGUMENTS = "{\"qzplace\": \"Paris\", \"qzcount\": 2}";

    /** Not the one that is called: its name is to stand in the call alone. */
    private static final List<ToolSpecification> OFFERED = List.of(tool("qzoffered"));

    private static final List<ToolSpecification> KNOWN = List.of(tool(CALLED), tool(CALLED_NEXT));

    private static ToolSpecification tool(String name) {
        return ToolSpecification.builder()
                .name(name)
                .description("qzdescription")
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty("qzplace")
                        .addIntegerProperty(LAST_ARGUMENT)
                        .required("qzplace")
                        .build())
                .build();
    }

    static TemplateHabits of(ChatTemplates templates, TextTokenizer tokenizer, ThinkingFormat thinking) {
        return new Probe(templates, tokenizer, thinking).habits();
    }

    /** Renders conversations and looks at what comes of them. */
    private static final class Probe {

        private final ChatTemplates templates;
        private final TextTokenizer tokenizer;
        private final ThinkingFormat thinking;
        private final Set<String> endTokens = new LinkedHashSet<>();

        Probe(ChatTemplates templates, TextTokenizer tokenizer, ThinkingFormat thinking) {
            this.templates = templates;
            this.tokenizer = tokenizer;
            this.thinking = thinking;
        }

        TemplateHabits habits() {
            Text answered = rendered(List.of(), false, AiMessage.from(ANSWER), UserMessage.from(RESULT));
            addEndToken(answered, ANSWER, placeOf(ANSWER, answered), Set.of());
            Text last = rendered(List.of(), false, AiMessage.from(ANSWER));
            addEndToken(last, ANSWER, placeOf(ANSWER, last), Set.of());
            boolean argumentsAsText = false;
            Text called = called(false, CALLED);
            if (called == null) {
                called = called(true, CALLED);
                argumentsAsText = called != null;
            }
            boolean silent = called == null || !called.toString().contains(CALLED);
            ToolCallFormat format = silent ? toldFormat(called) : shownFormat(called);
            if (!silent && format == null && !argumentsAsText) { // it may write dictionaries as Python does
                Text calledWithText = called(true, CALLED);
                format = calledWithText == null ? null : shownFormat(calledWithText);
                argumentsAsText = format != null;
                called = argumentsAsText ? calledWithText : called;
            }
            if (!silent && format != null) {
                String written = called.toString();
                addEndToken(
                        called, LAST_ARGUMENT, written.indexOf(LAST_ARGUMENT, written.indexOf(CALLED)), format.marks());
            }
            Text both = silent ? null : called(argumentsAsText, CALLED, CALLED_NEXT);
            boolean one = silent
                    ? format == ToolCallFormat.LLAMA
                    : both == null || !both.toString().contains(CALLED_NEXT);
            return new TemplateHabits(format, one, argumentsAsText, ordered(endTokens), thinkingUnopened());
        }

        private static Set<String> ordered(Set<String> tokens) {
            return Collections.unmodifiableSet(new LinkedHashSet<>(tokens));
        }

        // Conversations

        /** A question and what follows it; null if the template cannot write that. */
        private Text rendered(List<ToolSpecification> tools, boolean argumentsAsText, ChatMessage... more) {
            List<ChatMessage> messages = Stream.concat(Stream.of(UserMessage.from(QUESTION)), Stream.of(more))
                    .toList();
            Text written = write(messages, tools, argumentsAsText);
            return written != null
                    ? written
                    : write(
                            Stream.concat(Stream.of(SystemMessage.from("qzsystem")), messages.stream())
                                    .toList(),
                            tools,
                            argumentsAsText);
        }

        private Text write(List<ChatMessage> messages, List<ToolSpecification> tools, boolean argumentsAsText) {
            if (templates.isEmpty()) {
                return null;
            }
            Map<String, Object> variables = new HashMap<>();
            variables.put("messages", TemplateMessages.messages(messages, argumentsAsText));
            variables.put("tools", TemplateMessages.tools(tools));
            variables.put("add_generation_prompt", false);
            try {
                return templates.render(!tools.isEmpty(), variables);
            } catch (InvalidRequestException | ModelFolderException e) {
                return null;
            }
        }

        private Text called(boolean argumentsAsText, String... names) {
            List<ToolExecutionRequest> calls = Stream.of(names)
                    .map(name -> ToolExecutionRequest.builder()
                            .id("abcdefg" + (10 + name.length() % 10)) // nine letters and digits, as Mistral's ask
                            .name(name)
                            .arguments(ARGUMENTS)
                            .build())
                    .toList();
            AiMessage call = AiMessage.from(calls);
            List<ChatMessage> answered = Stream.concat(
                            Stream.<ChatMessage>of(call),
                            calls.stream().map(each -> ToolExecutionResultMessage.from(each.id(), "qzoffered", RESULT)))
                    .toList();
            Text written = rendered(OFFERED, argumentsAsText, answered.toArray(ChatMessage[]::new));
            return written != null ? written : rendered(OFFERED, argumentsAsText, call);
        }

        // Tool calls

        /** The format in which a call is written, which is the one that reads it back. */
        private ToolCallFormat shownFormat(Text called) {
            String written = answerIn(called);
            for (ToolCallFormat format : ToolCallFormat.values()) {
                boolean keyFits = !format.markIsOptional()
                        || format.argumentsKey().isEmpty()
                        || written.contains("\"" + format.argumentsKey() + "\"");
                if (keyFits && reads(format, written)) {
                    return format;
                }
            }
            return null;
        }

        /** What stands where an answer would, and what follows it. */
        private String answerIn(Text called) {
            String written = afterQuestion(called);
            Text answered = rendered(OFFERED, false, AiMessage.from(ANSWER), UserMessage.from(RESULT));
            String other = answered == null ? "" : afterQuestion(answered);
            int same = 0;
            while (same < Math.min(written.length(), other.length()) && written.charAt(same) == other.charAt(same)) {
                same++;
            }
            return written.substring(same);
        }

        private static String afterQuestion(Text written) {
            String text = written.toString();
            int question = text.lastIndexOf(QUESTION);
            return question < 0 ? text : text.substring(question + QUESTION.length());
        }

        private boolean reads(ToolCallFormat format, String written) {
            ToolCallMarks marks = ToolCallMarks.of(format, tokenizer);
            ToolCallScanner scanner = new ToolCallScanner(marks, KNOWN, false);
            int result = written.indexOf(RESULT);
            String call = marks.asTokens(result < 0 ? written : written.substring(0, result));
            return Stream.concat(scanner.append(call).stream(), scanner.finish().stream())
                    .filter(AnswerPart.ToolCall.class::isInstance)
                    .map(AnswerPart.ToolCall.class::cast)
                    .findFirst()
                    .filter(read -> read.request().name().equals(CALLED)
                            && isSame(read.request().arguments()))
                    .isPresent();
        }

        private static boolean isSame(String arguments) {
            try {
                JsonNode read = MAPPER.readTree(arguments);
                return read.equals(MAPPER.readTree(ARGUMENTS));
            } catch (JacksonException e) {
                return false;
            }
        }

        /** What a template that leaves out calls tells of them, with what it writes itself or by its source, or else the tokenizer. */
        private ToolCallFormat toldFormat(Text called) {
            Text written = called != null ? called : rendered(OFFERED, false);
            String own = written == null ? "" : written.withForeignAs(' ');
            return ToolCallFormat.of(own, Set.of())
                    .or(() -> ToolCallFormat.of(templates.sources(), tokenizer.controlTokens()))
                    .orElse(null);
        }

        // Ends of turns

        /**
         * The first control token behind a text.
         *
         * @param from where the text stands; negative if it does not
         * @param marks that end something else
         */
        private void addEndToken(Text written, String text, int from, Set<String> marks) {
            if (from < 0) {
                return;
            }
            String own = written.withForeignAs('\uFFFF');
            int next = own.indexOf('\uFFFF', from + text.length());
            String behind = own.substring(from + text.length(), next < 0 ? own.length() : next);
            String first = null;
            int firstAt = behind.length();
            for (String token : tokenizer.controlTokens()) {
                int at = isMark(token) && !marks.contains(token) ? behind.indexOf(token) : -1;
                if (at >= 0 && (at < firstAt || at == firstAt && token.length() > first.length())) {
                    first = token;
                    firstAt = at;
                }
            }
            if (first != null) {
                endTokens.add(first);
            }
        }

        private static int placeOf(String text, Text written) {
            return written == null ? -1 : written.toString().lastIndexOf(text);
        }

        /** Tokenizers have words among the tokens that were added, too. */
        private static boolean isMark(String token) {
            return !token.isBlank() && !token.chars().allMatch(Character::isLetterOrDigit);
        }

        // Thinking

        private boolean thinkingUnopened() {
            Text thought = rendered(
                    List.of(),
                    false,
                    AiMessage.builder().text(ANSWER).thinking(THOUGHT).build());
            String written = thought == null ? "" : afterQuestion(thought);
            int from = written.indexOf(THOUGHT);
            int to = written.indexOf(ANSWER, from + 1);
            return from >= 0
                    && to >= 0
                    && written.substring(from, to).contains(thinking.closing())
                    && !written.substring(0, from).contains(thinking.opening());
        }
    }
}
