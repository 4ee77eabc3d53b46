package org.steering4j.recipe;

import java.util.List;
import java.util.Map;

/** Something the user says about itself and asks for later: a name, a favourite colour, a number. */
record Recall(String kind, String value) {

    private static final GrammarText GRAMMAR = GrammarText.read("recall.txt");
    static final List<String> KINDS = List.of("name", "name", "colour", "animal", "food", "village", "number");

    static Recall any(Chance chance) {
        String kind = chance.pick(KINDS);
        return new Recall(kind, chance.pick(GRAMMAR.lines("values " + kind)));
    }

    List<Message> telling(Chance chance) {
        return List.of(Message.user(line("tell", chance)), Message.assistant(line("reply", chance)));
    }

    List<Message> asking(Chance chance) {
        return List.of(Message.user(line("ask", chance)), Message.assistant(line("answer", chance)));
    }

    /** Whether the answer names the value and no other value of the same kind. */
    boolean isAnsweredBy(String answer) {
        String words = Phrases.normalised(answer);
        return GRAMMAR.lines("values " + kind).stream()
                .allMatch(other -> words.contains(Phrases.normalised(other)) == other.equals(value));
    }

    private String line(String part, Chance chance) {
        String line = chance.pick(GRAMMAR.lines(part + " " + kind));
        return Phrases.capitalised(Phrases.fill(line, Map.of("value", value)));
    }
}
