package org.steering4j.prompt;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.steering4j.prompt.ToolCallReader.Progress;

/**
 * Finds tool calls in an answer as it comes. Not thread-safe.
 *
 * <p>It goes character by character, so that it does not matter in which pieces the answer comes. White space and separators around calls
 * belong to no one. What looks like a call but cannot be read is text, up to its closing mark, or to the end where the format has none:
 * within it no other call is looked for, since it may quote anything.
 *
 * <p>Where the answer is held to a form, it is calls or JSON: what does not begin as a call is JSON, and text to its end, whatever it quotes.
 */
final class ToolCallScanner {

    private enum Place {
        TEXT,
        AFTER_OPENING,
        IN_NAME,
        BEFORE_JSON,
        IN_JSON,
        BEFORE_CLOSING,
        BETWEEN_CALLS,
        AFTER_LIST,
        /** In text where no call is looked for. */
        NO_CALL
    }

    /** The chat templates of Mistral refuse ids of any other kind. */
    private static final int ID_LENGTH = 9;

    private static final String ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static final Set<String> MEMBERS = Set.of("type", "id", "name", "arguments", "parameters");

    private final ToolCallMarks marks;
    private final ToolCallFormat format;
    private final boolean formed;
    private final Set<String> toolNames;

    private Place place = Place.TEXT;
    /** Neither given out as text nor part of a complete call. */
    private final StringBuilder held = new StringBuilder();
    /** Since the place was entered. */
    private final StringBuilder here = new StringBuilder();

    private List<AnswerPart> parts = new ArrayList<>();
    private boolean nothingButSpace = true;
    private boolean marked;
    private boolean anyCall;

    private ToolCallReader call;
    private String id;
    private int index;
    private boolean partiallyGiven;

    /**
     * @param toolNames without a mark, only a call of one of these is a call
     * @param formed whether the answer is held to tool calls, or JSON
     */
    ToolCallScanner(ToolCallMarks marks, Set<String> toolNames, boolean formed) {
        this.marks = marks;
        this.format = marks.format();
        this.toolNames = Set.copyOf(toolNames);
        this.formed = formed;
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
        boolean betweenCalls =
                place == Place.BETWEEN_CALLS || (anyCall && held.toString().isBlank());
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
            case AFTER_OPENING -> readOpening(c);
            case IN_NAME -> readName(c);
            case BEFORE_JSON -> {
                if (!Character.isWhitespace(c)) {
                    beginJson(c, ToolCallReader.ofArguments(name()));
                }
            }
            case IN_JSON -> readJson(c);
            case BEFORE_CLOSING -> readClosing(c);
            case BETWEEN_CALLS -> readSeparator(c);
            case AFTER_LIST -> readAfterList(c);
            case NO_CALL -> readNoCall(c);
        }
    }

    private void readText(char c) {
        if (format.markIsOptional() && nothingButSpace && c == '{') {
            nothingButSpace = false;
            marked = false;
            beginJson(c, formed ? ToolCallReader.ofPlainCall(format.argumentsKey()) : ToolCallReader.ofCall());
            return;
        }
        nothingButSpace &= Character.isWhitespace(c);
        int opening = held.length() - marks.opening().length();
        if (opening >= 0 && held.indexOf(marks.opening(), opening) >= 0) {
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
            beginJson(c, ToolCallReader.ofCall());
        }
    }

    private void readName(char c) {
        here.append(c);
        if (here.indexOf(marks.arguments()) >= 0 && !name().isEmpty()) {
            place = Place.BEFORE_JSON;
        } else if (Character.isWhitespace(c) || endsWith(here, marks.opening())) {
            giveUp();
        }
    }

    private String name() {
        String name = here.substring(0, here.indexOf(marks.arguments()));
        int callId = name.indexOf(marks.callId());
        return callId < 0 ? name : name.substring(0, callId);
    }

    private void beginJson(char c, ToolCallReader reader) {
        if (c != '{') {
            giveUp();
            return;
        }
        call = reader;
        id = newId();
        partiallyGiven = false;
        go(Place.IN_JSON);
        readJson(c);
    }

    private void readJson(char c) {
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

    /** Without a mark, JSON is a call only if it names a tool and has the members of a call. */
    private boolean mayBeCall() {
        return marked
                || ((call.key().isEmpty() || MEMBERS.contains(call.key()))
                        && (call.name().isEmpty() || toolNames.contains(call.name())));
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
        parts.add(new AnswerPart.ToolCall(
                index++,
                ToolExecutionRequest.builder()
                        .id(id)
                        .name(call.name())
                        .arguments(call.arguments())
                        .build()));
        anyCall = true;
        partiallyGiven = false;
        held.setLength(0);
        boolean separated = format == ToolCallFormat.LLAMA || format.isList();
        go(separated ? Place.BETWEEN_CALLS : Place.TEXT);
    }

    private void readSeparator(char c) {
        boolean list = format.isList();
        boolean separated = !list || here.indexOf(",") >= 0;
        if (Character.isWhitespace(c) || (list ? c == ',' && !separated : c == ';')) {
            here.append(c);
        } else if (c == '{' && separated) {
            beginJson(c, ToolCallReader.ofCall());
        } else if (list && c == ']') {
            held.setLength(0);
            go(marks.afterList().isEmpty() ? Place.TEXT : Place.AFTER_LIST);
        } else if (list) {
            giveUp();
        } else {
            go(Place.TEXT);
            readText(c);
        }
    }

    private void readAfterList(char c) {
        here.append(c);
        String soFar = here.toString().stripLeading();
        if (soFar.equals(marks.afterList())) {
            held.setLength(0);
            go(Place.TEXT);
        } else if (!marks.afterList().startsWith(soFar)) {
            go(Place.TEXT);
            readText(c);
        }
    }

    /** What is held turns out to be text. */
    private void giveUp() {
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
        if (!parts.isEmpty()
                && parts.get(parts.size() - 1) instanceof AnswerPart.PartialToolCall before
                && before.index() == index) {
            parts.set(
                    parts.size() - 1,
                    new AnswerPart.PartialToolCall(index, id, call.name(), before.arguments() + piece));
        } else {
            parts.add(new AnswerPart.PartialToolCall(index, id, call.name(), piece));
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
