package org.steering4j.trainer;

import java.util.Objects;

/**
 * A question with an answer that shows a behaviour and one that shows its opposite.
 *
 * @param question what the user says; may be empty, as in a few rows of the BiPO authors' files
 * @param matching the answer that shows the behaviour; a positive multiplier will favour it
 * @param notMatching the answer that shows the opposite; a negative multiplier will favour it
 */
public record PreferencePair(String question, String matching, String notMatching) {

    /**
     * @throws IllegalArgumentException if an answer is blank, or if the answers are the same but for white space around them: such
     *     a pair says nothing about the behaviour
     */
    public PreferencePair {
        Objects.requireNonNull(question, "question");
        requireText("matching", matching);
        requireText("not_matching", notMatching);
        if (matching.strip().equals(notMatching.strip())) {
            throw new IllegalArgumentException("both answers are the same");
        }
    }

    private static void requireText(String name, String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(name + " is blank");
        }
    }
}
