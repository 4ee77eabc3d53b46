package org.steering4j.prompt;

import java.util.List;

/**
 * Cuts an answer before the first stop text. Text that might be the beginning of one is held back until it is known, so that no part of a
 * stop text ever gets out. Not thread-safe.
 */
final class StopSequences {

    private final List<String> stopTexts;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    /** @param stopTexts none of them empty */
    StopSequences(List<String> stopTexts) {
        if (stopTexts.contains("")) {
            throw new IllegalArgumentException("a stop text is empty: leave it out");
        }
        this.stopTexts = List.copyOf(stopTexts);
    }

    /** What may be shown now. */
    String append(String text) {
        if (stopped) {
            return "";
        }
        held.append(text);
        int cut = firstStopText();
        if (cut >= 0) {
            stopped = true;
            return release(cut);
        }
        return release(held.length() - longestPossibleBeginning());
    }

    /** What was held back in vain. */
    String finish() {
        return stopped ? "" : release(held.length());
    }

    boolean stopped() {
        return stopped;
    }

    private int firstStopText() {
        return stopTexts.stream()
                .mapToInt(held::indexOf)
                .filter(index -> index >= 0)
                .min()
                .orElse(-1);
    }

    private int longestPossibleBeginning() {
        int longest = 0;
        for (String stopText : stopTexts) {
            for (int length = Math.min(stopText.length() - 1, held.length()); length > longest; length--) {
                if (held.indexOf(stopText.substring(0, length), held.length() - length) >= 0) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    private String release(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }
}
