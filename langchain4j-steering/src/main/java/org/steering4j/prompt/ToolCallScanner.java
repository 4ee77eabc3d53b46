package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steering4j.prompt.ToolCallReader.Progress;

/**
 * Finds tool calls in an answer as it comes. Not thread-safe.
 *
 * <p>It goes character by character, so that it does not matter in which pieces the answer comes. White space and separators around calls
 * belong to no one. What looks like a call but cannot be read is text, up to its closing mark, or to the end where the format has none:
 * within it no other call is looked for, since it may quote anything.
 *
 * <p>A list of calls without a mark is calls only as a whole: until its bracket closes, all of it is held back.
 *
 * <p>Where the answer is held to a form, it is calls or JSON: what does not begin as a call is JSON, and text to its end, whatever it quotes.
 */
final class ToolCallScanner {

    private enum Place {
        TEXT,
        AFTER_OPENING,
        IN_FENCE,
        IN_NAME,
        BEFORE_CALL,
        IN_CALL,
        BEFORE_CLOSING,
        BETWEEN_CALLS,
        AFTER_LIST,
        /** In text where no call is looked for. */
        NO_CALL
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The chat templates of Mistral refuse ids of any other kind. */
    private static final int ID_LENGTH = 9;

    private static final String ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static final String FENCE = "```";
    /** What may stand between the beginning of an answer and a list of calls without a mark, or the beginning of that. */
    private static final Pattern BEGINNING_OF_FENCE = Pattern.compile("`{1,2}|```\\w*\\s*");

    private final ToolCallMarks marks;
    private final ToolCallFormat format;
    private final boolean formed;
    /** The JSON schemas of their parameters, by name. */
    private final Map<String, JsonNode> tools;

    private Place place = Place.TEXT;
    /** Neither given out as text nor part of a complete call. */
    private final StringBuilder held = new StringBuilder();
    /** Since the place was entered. */
    private final StringBuilder here = new StringBuilder();

    private List<AnswerPart> parts = new ArrayList<>();
    /** The calls of a list without a mark, which is calls only as a whole; null outside of one. */
    private List<AnswerPart> list;

    private boolean fenced;
    private boolean nothingButSpace = true;
    private boolean marked;
    private boolean anyCall;

    private ToolCallReader call;
    private String id;
    private int index;
    private boolean partiallyGiven;

    /**
     * @param tools without a mark, only a call of one of these is a call
     * @param formed whether the answer is held to tool calls, or JSON
     */
    ToolCallScanner(ToolCallMarks marks, Collection<ToolSpecification> tools, boolean formed) {
        this.marks = marks;
        this.format = marks.format();
        this.tools = tools.stream()
                .collect(Collectors.toUnmodifiableMap(
                        ToolSpecification::name, ToolCallScanner::parameters, (first, second) -> first));
        this.formed = formed;
    }

    private static JsonNode parameters(ToolSpecification tool) {
        return tool.parameters() == null
                ? MAPPER.createObjectNode()
                : MAPPER.valueToTree(JsonSchemaElementUtils.toMap(tool.parameters()));
    }

    /** The parts that are certain now. */
    List<AnswerPart> append(String text) {
        for (int i = 0; i < text.length(); i++) {
            append(text.charAt(i));
        }
        return takeParts();
    }

    /** The rest; a last call counts if its JSON is complete. */
    List<AnswerPart> finish() {
        if (place == Place.BEFORE_CLOSING && here.toString().isBlank()) {
            completeCall();
        }
        boolean betweenCalls = list == null
                && (place == Place.BETWEEN_CALLS || (anyCall && held.toString().isBlank()));
        if (!held.isEmpty() && !betweenCalls) {
            addText(held.toString());
        }
        held.setLength(0);
        return takeParts();
    }

    private List<AnswerPart> takeParts() {
        List<AnswerPart> taken = List.copyOf(parts);
        parts = new ArrayList<>();
        return taken;
    }

    private void append(char c) {
        held.append(c);
        switch (place) {
            case TEXT -> readText(c);
            case IN_FENCE -> readFence(c);
            case AFTER_OPENING -> readOpening(c);
            case IN_NAME -> readName(c);
            case BEFORE_CALL -> {
                if (!Character.isWhitespace(c)) {
                    beginCall(c, JsonCallReader.ofArguments(name()));
                }
            }
            case IN_CALL -> readCall(c);
            case BEFORE_CLOSING -> readClosing(c);
            case BETWEEN_CALLS -> readSeparator(c);
            case AFTER_LIST -> readAfterList(c);
            case NO_CALL -> readNoCall(c);
        }
    }

    private void readText(char c) {
        boolean fence = c == '`' && format.isList();
        if (format.markIsOptional() && nothingButSpace && (fence || c == bareBeginning())) {
            nothingButSpace = false;
            marked = false;
            if (fence) {
                go(Place.IN_FENCE);
                here.append(c);
            } else {
                beginBare(c);
            }
            return;
        }
        nothingButSpace &= Character.isWhitespace(c);
        int opening = held.length() - marks.opening().length();
        if (!marks.opening().isEmpty() && opening >= 0 && held.indexOf(marks.opening(), opening) >= 0) {
            showText(opening);
            marked = true;
            go(Place.AFTER_OPENING);
            return;
        }
        int possibleOpening = possibleOpening();
        showText(held.length() - possibleOpening);
        if (formed && possibleOpening == 0 && !Character.isWhitespace(c)) {
            go(Place.NO_CALL);
        }
    }

    private char bareBeginning() {
        return format.isList() ? '[' : '{';
    }

    private void beginBare(char c) {
        if (format.isList()) {
            list = new ArrayList<>();
            go(Place.AFTER_OPENING);
            readOpening(c);
        } else {
            beginCall(c, reader());
        }
    }

    /** Of the next call in its own format. */
    private ToolCallReader reader() {
        if (format == ToolCallFormat.FUNCTION_TAGS) {
            return new TagsCallReader(tools);
        }
        if (format.isPython()) {
            return new PythonCallReader();
        }
        return formed && !marked ? JsonCallReader.ofPlainCall(format.argumentsKey()) : JsonCallReader.ofCall();
    }

    private void readFence(char c) {
        here.append(c);
        if (c == bareBeginning() && here.indexOf(FENCE) == 0) {
            fenced = true;
            beginBare(c);
        } else if (!BEGINNING_OF_FENCE.matcher(here).matches()) {
            giveUp();
        }
    }

    /** How much of the end of what is held might be the beginning of an opening mark. */
    private int possibleOpening() {
        String opening = marks.opening();
        for (int length = Math.min(opening.length() - 1, held.length()); length > 0; length--) {
            if (held.indexOf(opening.substring(0, length), held.length() - length) >= 0) {
                return length;
            }
        }
        return 0;
    }

    /** Gives text out from the front of what is held, but for white space at its end: a call may follow. */
    private void showText(int length) {
        String shown = held.substring(0, length).stripTrailing();
        held.delete(0, shown.length());
        addText(shown);
    }

    private void readOpening(char c) {
        if (format == ToolCallFormat.MISTRAL_NAMED) {
            go(Place.IN_NAME);
            readName(c);
        } else if (format.isList() && c == '[' && here.toString().isBlank()) {
            here.append(c);
        } else if (Character.isWhitespace(c)) {
            here.append(c);
        } else if (format.isList() && here.toString().isBlank()) {
            giveUp();
        } else {
            beginCall(c, reader());
        }
    }

    private void readName(char c) {
        here.append(c);
        if (here.indexOf(marks.arguments()) >= 0 && !name().isEmpty()) {
            place = Place.BEFORE_CALL;
        } else if (Character.isWhitespace(c) || endsWith(here, marks.opening())) {
            giveUp();
        }
    }

    private String name() {
        String name = here.substring(0, here.indexOf(marks.arguments()));
        int callId = name.indexOf(marks.callId());
        return callId < 0 ? name : name.substring(0, callId);
    }

    private void beginCall(char c, ToolCallReader reader) {
        call = reader;
        id = newId();
        partiallyGiven = false;
        go(Place.IN_CALL);
        if (reader instanceof JsonCallReader && c != '{') {
            giveUp();
        } else {
            readCall(c);
        }
    }

    private void readCall(char c) {
        Progress progress = marks.isControlToken(c) ? Progress.UNREADABLE : call.append(c);
        here.append(c);
        // A closing mark closes even in a string: what follows is not the call's.
        if (progress == Progress.UNREADABLE || closes(here) || !mayBeCall()) {
            giveUp();
            return;
        }
        addArguments(call.newArguments());
        if (progress == Progress.COMPLETE) {
            go(Place.BEFORE_CLOSING);
            if (marks.closing().isEmpty()) {
                completeCall();
            }
        }
    }

    /** Without a mark, only what names a tool and has the members of a call is a call. */
    private boolean mayBeCall() {
        return marked || call.mayBeWithoutMark() && (call.name().isEmpty() || tools.containsKey(call.name()));
    }

    private void readClosing(char c) {
        here.append(c);
        String soFar = here.toString().stripLeading();
        if (soFar.equals(marks.closing())) {
            completeCall();
        } else if (!marks.closing().startsWith(soFar)) {
            giveUp();
        }
    }

    private void completeCall() {
        destination()
                .add(new AnswerPart.ToolCall(
                        index++,
                        ToolExecutionRequest.builder()
                                .id(id)
                                .name(call.name())
                                .arguments(call.arguments())
                                .build()));
        partiallyGiven = false;
        if (list == null) {
            anyCall = true;
            held.setLength(0);
        }
        go(format.isSeparated() ? Place.BETWEEN_CALLS : Place.TEXT);
    }

    private List<AnswerPart> destination() {
        return list == null ? parts : list;
    }

    private void endList() {
        if (list != null) {
            parts.addAll(list);
            list = null;
        }
        anyCall = true;
        held.setLength(0);
        go(afterList().isEmpty() ? Place.TEXT : Place.AFTER_LIST);
    }

    private String afterList() {
        return fenced ? FENCE : marks.afterList();
    }

    private void readSeparator(char c) {
        boolean inList = format.isList();
        boolean separated = !inList || here.indexOf(",") >= 0;
        if (Character.isWhitespace(c) || (inList ? c == ',' && !separated : c == ';')) {
            here.append(c);
        } else if (inList && c == ']') {
            endList();
        } else if (separated && (inList || c == '{')) {
            beginCall(c, inList ? reader() : JsonCallReader.ofCall());
        } else if (inList) {
            giveUp();
        } else {
            go(Place.TEXT);
            readText(c);
        }
    }

    private void readAfterList(char c) {
        here.append(c);
        String soFar = here.toString().stripLeading();
        if (soFar.equals(afterList())) {
            held.setLength(0);
            fenced = false;
            go(Place.TEXT);
        } else if (!afterList().startsWith(soFar)) {
            fenced = false;
            go(Place.TEXT);
            readText(c);
        }
    }

    /** What is held turns out to be text. */
    private void giveUp() {
        if (list != null) {
            index = 0; // nothing of it was given out, and nothing before it
            list = null;
            partiallyGiven = false;
        }
        fenced = false;
        if (partiallyGiven) {
            index++;
            partiallyGiven = false;
        }
        boolean closed = closes(held);
        char last = held.charAt(held.length() - 1);
        showText(held.length());
        go(closed ? Place.TEXT : Place.NO_CALL);
        here.append(last); // a closing mark may begin with it
    }

    private void readNoCall(char c) {
        here.append(c);
        showText(held.length());
        if (closes(here) && !formed) {
            go(Place.TEXT);
        }
    }

    private boolean closes(StringBuilder text) {
        return !marks.closing().isEmpty() && endsWith(text, marks.closing());
    }

    private void go(Place next) {
        place = next;
        here.setLength(0);
    }

    private static boolean endsWith(StringBuilder text, String end) {
        int start = text.length() - end.length();
        return start >= 0 && text.indexOf(end, start) >= 0;
    }

    private void addText(String textWithMarks) {
        String text = marks.spelled(textWithMarks);
        if (text.isEmpty()) {
            return;
        }
        if (!parts.isEmpty() && parts.get(parts.size() - 1) instanceof AnswerPart.Text before) {
            parts.set(parts.size() - 1, new AnswerPart.Text(before.text() + text));
        } else {
            parts.add(new AnswerPart.Text(text));
        }
    }

    private void addArguments(String piece) {
        if (piece.isEmpty()) {
            return;
        }
        partiallyGiven = true;
        List<AnswerPart> destination = destination();
        int last = destination.size() - 1;
        if (last >= 0
                && destination.get(last) instanceof AnswerPart.PartialToolCall before
                && before.index() == index) {
            destination.set(last, new AnswerPart.PartialToolCall(index, id, call.name(), before.arguments() + piece));
        } else {
            destination.add(new AnswerPart.PartialToolCall(index, id, call.name(), piece));
        }
    }

    private static String newId() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_CHARACTERS.charAt(ThreadLocalRandom.current().nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }
}
