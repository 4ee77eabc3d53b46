package org.steering4j.prompt;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Sets apart, at the beginning of an answer, what stands between {@code <think>} and {@code </think>}, as it comes. White space around the
 * thinking belongs to no one. Later marks are text. Not thread-safe.
 */
final class ThinkingScanner {

    private enum Place {
        BEFORE,
        THINKING,
        AFTER,
        ANSWER
    }

    private final String opening;
    private final String closing;
    private final UnaryOperator<String> spelled;
    private final StringBuilder held = new StringBuilder();
    private Place place;
    private boolean anyThinking;

    /**
     * @param opening the mark as it stands in the decoded text: the character that stands for its token, or its letters
     * @param open whether the prompt has opened the thinking already
     * @param spelled writes what stands for control tokens in letters
     */
    ThinkingScanner(String opening, String closing, boolean open, UnaryOperator<String> spelled) {
        this.opening = opening;
        this.closing = closing;
        this.place = open ? Place.THINKING : Place.BEFORE;
        this.spelled = spelled;
    }

    /**
     * @param parts to which thinking that is certain is added
     * @return the answer that is certain
     */
    String append(String text, List<AnswerPart> parts) {
        held.append(text);
        if (place == Place.BEFORE) {
            lookForOpening();
        }
        if (place == Place.THINKING) {
            lookForClosing(parts);
        }
        if (place == Place.AFTER) {
            dropLeadingSpace();
            place = held.isEmpty() ? Place.AFTER : Place.ANSWER;
        }
        return place == Place.ANSWER ? release(held.length()) : "";
    }

    /** What was held back in vain; thinking that has no end is thinking. */
    String finish(List<AnswerPart> parts) {
        if (place == Place.THINKING) {
            addThinking(held.length(), parts);
            held.setLength(0);
        }
        return release(held.length());
    }

    private void lookForOpening() {
        String start = held.toString().stripLeading();
        if (start.startsWith(opening)) {
            held.delete(0, held.indexOf(opening) + opening.length());
            place = Place.THINKING;
        } else if (!opening.startsWith(start)) {
            place = Place.ANSWER;
        }
    }

    private void lookForClosing(List<AnswerPart> parts) {
        int end = held.indexOf(closing);
        if (end >= 0) {
            addThinking(end, parts);
            held.delete(0, held.indexOf(closing) + closing.length());
            place = Place.AFTER;
        } else {
            addThinking(held.length() - possibleClosing(), parts);
        }
    }

    private int possibleClosing() {
        for (int length = Math.min(closing.length() - 1, held.length()); length > 0; length--) {
            if (held.indexOf(closing.substring(0, length), held.length() - length) >= 0) {
                return length;
            }
        }
        return 0;
    }

    /** Gives thinking out from the front of what is held, but for white space at its beginning and its end. */
    private void addThinking(int length, List<AnswerPart> parts) {
        int before = held.length();
        if (!anyThinking) {
            dropLeadingSpace();
        }
        String shown = held.substring(0, Math.max(0, length - (before - held.length())))
                .stripTrailing();
        if (!shown.isEmpty()) {
            anyThinking = true;
            parts.add(new AnswerPart.Thinking(spelled.apply(shown)));
            held.delete(0, shown.length());
        }
    }

    private void dropLeadingSpace() {
        held.delete(0, held.length() - held.toString().stripLeading().length());
    }

    /** In letters where its marks are not between thinking and answer. */
    private String release(int length) {
        String text =
                held.substring(0, length).replace(opening, Thinking.OPENING).replace(closing, Thinking.CLOSING);
        held.delete(0, length);
        return text;
    }
}
