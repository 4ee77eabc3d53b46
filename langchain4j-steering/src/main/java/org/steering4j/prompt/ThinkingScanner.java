package org.steering4j.prompt;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Sets apart what a model thinks at the beginning of an answer, between the marks of its {@link ThinkingFormat}, as it comes. White space
 * around the thinking belongs to no one. Later marks are text. Not thread-safe.
 *
 * <p>Where an answer may begin with thinking that no mark opens, it is an answer until a mark closes it: then all of it is taken back.
 */
final class ThinkingScanner {

    private enum Place {
        BEFORE,
        THINKING,
        AFTER,
        /** Of an answer that has marks of its own. */
        MARKED_ANSWER,
        ANSWER
    }

    private final ThinkingFormat format;
    private final String opening;
    private final String closing;
    private final UnaryOperator<String> spelled;
    private final StringBuilder held = new StringBuilder();
    private Place place;
    private boolean anyThinking;
    private final boolean maybeUnopened;
    /** What was given out as an answer and may still be thinking; null where that is out of the question. */
    private StringBuilder answer;

    private boolean takenBack;

    /**
     * @param inText how a mark stands in the decoded text: the character that stands for its token, or its letters
     * @param open whether the prompt has opened the thinking already
     * @param maybeUnopened whether the answer may begin with thinking that no mark opens
     * @param spelled writes what stands for control tokens in letters
     */
    ThinkingScanner(
            ThinkingFormat format,
            UnaryOperator<String> inText,
            boolean open,
            boolean maybeUnopened,
            UnaryOperator<String> spelled) {
        this.format = format;
        this.opening = inText.apply(format.opening());
        this.closing = inText.apply(format.closing());
        this.place = open ? Place.THINKING : Place.BEFORE;
        this.maybeUnopened = maybeUnopened;
        this.spelled = spelled;
    }

    /** Whether what was given out as an answer may still be thinking. */
    boolean isUndecided() {
        return answer != null;
    }

    /** Whether all that was given out as an answer before the last {@link #append} was thinking, which that has added whole. */
    boolean tookBack() {
        return takenBack;
    }

    /**
     * @param parts to which thinking that is certain is added
     * @return the answer that is certain
     */
    String append(String text, List<AnswerPart> parts) {
        held.append(text);
        takenBack = false;
        if (place == Place.BEFORE) {
            lookForOpening();
        }
        if (place == Place.ANSWER && answer != null) {
            lookForUnopenedEnd(parts);
        }
        if (place == Place.THINKING) {
            lookForClosing(parts);
        }
        if (place == Place.AFTER) {
            lookForAnswer();
        }
        if (place == Place.MARKED_ANSWER) {
            return releaseMarked();
        }
        return place == Place.ANSWER
                ? release(held.length() - (answer == null ? 0 : Math.max(possible(opening), possible(closing))))
                : "";
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
            answer = maybeUnopened ? new StringBuilder() : null;
        }
    }

    private void lookForUnopenedEnd(List<AnswerPart> parts) {
        int end = held.indexOf(closing);
        int start = held.indexOf(opening);
        if (start >= 0 && (end < 0 || start < end)) { // it speaks of marks
            answer = null;
        } else if (end >= 0) {
            String thought = (answer + held.substring(0, end)).strip();
            held.delete(0, end + closing.length());
            if (!thought.isEmpty()) {
                parts.add(new AnswerPart.Thinking(spelled.apply(thought)));
            }
            answer = null;
            takenBack = true;
            place = Place.AFTER;
        }
    }

    private void lookForClosing(List<AnswerPart> parts) {
        int end = held.indexOf(closing);
        if (end >= 0) {
            addThinking(end, parts);
            held.delete(0, held.indexOf(closing) + closing.length());
            place = Place.AFTER;
        } else {
            addThinking(held.length() - possible(closing), parts);
        }
    }

    private void lookForAnswer() {
        dropLeadingSpace();
        String mark = format.answerOpening();
        boolean marked = !mark.isEmpty() && held.indexOf(mark) == 0;
        if (marked) {
            held.delete(0, mark.length());
            place = Place.MARKED_ANSWER;
        } else if (!mark.startsWith(held.toString())) {
            place = Place.ANSWER;
        }
    }

    private String releaseMarked() {
        String mark = format.answerClosing();
        int end = held.indexOf(mark);
        if (end < 0) {
            return release(held.length() - possible(mark));
        }
        held.delete(end, end + mark.length());
        place = Place.ANSWER;
        return release(held.length());
    }

    /** How much of the end of what is held might be the beginning of a mark. */
    private int possible(String mark) {
        for (int length = Math.min(mark.length() - 1, held.length()); length > 0; length--) {
            if (held.indexOf(mark.substring(0, length), held.length() - length) >= 0) {
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
                held.substring(0, length).replace(opening, format.opening()).replace(closing, format.closing());
        held.delete(0, length);
        if (answer != null) {
            answer.append(text);
        }
        return text;
    }
}
