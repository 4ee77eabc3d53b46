package org.steering4j.recipe;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Small tools for building sentences from phrases with {@code {slots}} and {@code [marked words]}. */
final class Phrases {

    private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");
    private static final Pattern SENTENCE_START = Pattern.compile("(^|[.!?] )([a-z])");

    private Phrases() {}

    /** Fills the slots that have a value and leaves the others. */
    static String fill(String phrase, Map<String, String> values) {
        return SLOT.matcher(phrase).replaceAll(slot -> {
            String value = values.get(slot.group(1));
            return Matcher.quoteReplacement(value == null ? slot.group() : value);
        });
    }

    static String withoutMarks(String phrase) {
        return phrase.replace("[", "").replace("]", "");
    }

    static String capitalised(String text) {
        return SENTENCE_START
                .matcher(text)
                .replaceAll(start -> start.group(1) + start.group(2).toUpperCase());
    }

    /** With the definite article: "a gold ring" becomes "the gold ring". */
    static String definite(String thing) {
        return thing.replaceFirst("^an? ", "the ");
    }

    /** The -ing form of the phrase's first word: "cut the rope" becomes "cutting the rope". */
    static String gerund(String action) {
        int space = action.indexOf(' ');
        String verb = action.substring(0, space);
        String stem = verb;
        if (verb.endsWith("ie")) {
            stem = verb.substring(0, verb.length() - 2) + "y";
        } else if (verb.endsWith("e") && !verb.endsWith("ee") && !verb.equals("dye")) {
            stem = verb.substring(0, verb.length() - 1);
        } else if (verb.matches("cut|swim|put|let|dig|stop|skip|spin|sit|set|run")) {
            stem = verb + verb.charAt(verb.length() - 1);
        }
        return stem + "ing" + action.substring(space);
    }

    /** Lower case, words and digits only, one space between and around them: the form in which phrases are compared. */
    static String normalised(String text) {
        return " " + text.toLowerCase().replaceAll("[^a-z0-9]+", " ").trim() + " ";
    }
}
