package org.steering4j.recipe;

import java.util.List;
import java.util.Map;

/** System messages: neutral ones, and ones that name some of the speaker's traits. */
final class PersonaLines {

    private static final GrammarText GRAMMAR = GrammarText.read("personas.txt");
    private static final int NEUTRAL_BEGINNING_PERCENT = 35;

    private PersonaLines() {}

    /** A system message that says nothing about traits; the first one of the grammar is the most frequent. */
    static String neutral(Chance chance) {
        List<String> lines = GRAMMAR.lines("neutral");
        return chance.percent(50) ? lines.get(0) : chance.pick(lines);
    }

    /** A system message that names the poles of the given behaviours. */
    static String naming(List<Behavior> named, Map<Behavior, Pole> traits, Chance chance) {
        StringBuilder text = new StringBuilder();
        if (chance.percent(NEUTRAL_BEGINNING_PERCENT)) {
            text.append(neutral(chance)).append(' ');
        }
        int next = 0;
        while (next < named.size()) {
            String wish = wish(named.get(next), traits, chance);
            boolean joins = next + 1 < named.size() && chance.percent(50);
            String second = joins ? wish(named.get(next + 1), traits, chance) : "";
            String frame = chance.pick(GRAMMAR.lines(joins ? "joined" : "frames"));
            text.append(Phrases.fill(frame, Map.of("wish", wish, "second", second)))
                    .append(' ');
            next += joins ? 2 : 1;
        }
        return Phrases.capitalised(text.toString().strip());
    }

    private static String wish(Behavior behavior, Map<Behavior, Pole> traits, Chance chance) {
        return chance.pick(behavior.grammar().personaWishes(traits.get(behavior)));
    }
}
