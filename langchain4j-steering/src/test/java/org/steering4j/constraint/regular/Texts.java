package org.steering4j.constraint.regular;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Texts of a language by chance. */
final class Texts {

    private static final int LONG = 60;

    private Texts() {}

    /** Long ones are brought to an end as soon as can be. */
    static List<String> of(Automaton automaton, int count, long seed) {
        int[] shortest = automaton.shortest();
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            StringBuilder text = new StringBuilder();
            int state = 0;
            while (true) {
                List<int[]> ways = new ArrayList<>();
                int from = state;
                boolean hurry = text.length() > LONG;
                automaton.transitions(state, (first, last, target) -> {
                    if (!hurry || shortest[target] < shortest[from]) {
                        ways.add(new int[] {first, last, target});
                    }
                });
                if (ways.isEmpty() || (automaton.isAccepting(state) && (hurry || random.nextInt(6) == 0))) {
                    break;
                }
                int[] way = ways.get(random.nextInt(ways.size()));
                text.appendCodePoint(way[0] + random.nextInt(Math.min(way[1] - way[0] + 1, 200)));
                state = way[2];
            }
            texts.add(text.toString());
        }
        return texts;
    }
}
