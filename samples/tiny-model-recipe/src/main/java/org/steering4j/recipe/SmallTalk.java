package org.steering4j.recipe;

import java.util.List;

/** Greetings, thanks and the like. */
final class SmallTalk {

    private static final GrammarText GRAMMAR = GrammarText.read("small-talk.txt");
    private static final List<String> INSIDE = List.of("mood", "identity");

    private SmallTalk() {}

    static List<Message> greeting(Chance chance) {
        return exchange("greetings", chance);
    }

    static List<Message> farewell(Chance chance) {
        return exchange("farewells", chance);
    }

    static List<Message> thanks(Chance chance) {
        return exchange("thanks", chance);
    }

    static List<Message> any(Chance chance) {
        return exchange(chance.pick(INSIDE), chance);
    }

    private static List<Message> exchange(String kind, Chance chance) {
        return List.of(
                Message.user(chance.pick(GRAMMAR.lines(kind + ".questions"))),
                Message.assistant(chance.pick(GRAMMAR.lines(kind + ".answers"))));
    }
}
