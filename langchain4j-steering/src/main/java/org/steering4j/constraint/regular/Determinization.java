package org.steering4j.constraint.regular;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.constraint.regular.Expression.Alternatives;
import org.steering4j.constraint.regular.Expression.Assertion;
import org.steering4j.constraint.regular.Expression.Characters;
import org.steering4j.constraint.regular.Expression.Repetition;
import org.steering4j.constraint.regular.Expression.Sequence;

/**
 * Makes an automaton of the texts in which a regular expression matches somewhere: by Thompson's construction one that may be in several
 * states at once, then one whose states are sets of those. For one expression.
 */
final class Determinization {

    /** Of the first automaton. */
    private static final int MOST_STATES = 50_000;

    /** States of the first automaton looked at; that many take about a second. */
    private static final long MOST_WORK = 10_000_000;

    private enum Kind {
        CHARACTERS,
        FORK,
        ASSERTION,
        MATCH
    }

    /** States of the first automaton, by number. */
    private final List<Kind> kinds = new ArrayList<>();

    private final List<int[]> followers = new ArrayList<>();
    private final List<CharacterSet> sets = new ArrayList<>();
    private final List<Assertion> assertions = new ArrayList<>();

    private Alphabet alphabet;
    /** By state; null where it reads no character. */
    private int[][] classes;

    private BitSet wordClasses;
    private boolean asksForWords;
    private long work;

    /** When a state was last visited. */
    private int[] visited;

    private int visit;

    private Determinization() {}

    /** @throws NotRegularException if that takes too many states or too much time */
    static Automaton of(Expression expression) {
        if (expression.size() > MOST_STATES) {
            throw new NotRegularException(
                    "which has more than %,d characters when its repetitions are written out".formatted(MOST_STATES));
        }
        return new Determinization().automaton(expression);
    }

    private Automaton automaton(Expression expression) {
        int match = add(Kind.MATCH, null, null);
        int anywhere = add(Kind.FORK, null, null);
        int skip = add(Kind.CHARACTERS, CharacterSet.ALL, null, anywhere);
        followers.set(anywhere, new int[] {skip, add(expression, match)});
        List<CharacterSet> distinct = new ArrayList<>(
                sets.stream().filter(set -> set != null).distinct().toList());
        if (asksForWords) {
            distinct.add(CharacterProperties.WORD);
        }
        alphabet = Alphabet.of(distinct);
        Map<CharacterSet, int[]> known = new HashMap<>();
        classes = new int[kinds.size()][];
        for (int state = 0; state < classes.length; state++) {
            CharacterSet set = sets.get(state);
            classes[state] = set == null ? null : known.computeIfAbsent(set, alphabet::classesOf);
        }
        wordClasses = new BitSet();
        if (asksForWords) {
            Arrays.stream(alphabet.classesOf(CharacterProperties.WORD)).forEach(wordClasses::set);
        }
        visited = new int[kinds.size()];
        return explore(anywhere);
    }

    private int add(Kind kind, CharacterSet set, Assertion assertion, int... following) {
        kinds.add(kind);
        sets.add(set);
        assertions.add(assertion);
        followers.add(following);
        return kinds.size() - 1;
    }

    /** Adds the states of an expression that another state follows; returns the first. */
    private int add(Expression expression, int following) {
        if (expression instanceof Characters characters) {
            return add(Kind.CHARACTERS, characters.set(), null, following);
        }
        if (expression instanceof Sequence sequence) {
            int first = following;
            for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                first = add(sequence.parts().get(i), first);
            }
            return first;
        }
        if (expression instanceof Alternatives alternatives) {
            int[] firsts = alternatives.alternatives().stream()
                    .mapToInt(alternative -> add(alternative, following))
                    .toArray();
            return add(Kind.FORK, null, null, firsts);
        }
        if (expression instanceof Repetition repetition) {
            return add(repetition, following);
        }
        Assertion assertion = (Assertion) expression;
        asksForWords |= assertion == Assertion.WORD_BOUNDARY || assertion == Assertion.NO_WORD_BOUNDARY;
        return add(Kind.ASSERTION, null, assertion, following);
    }

    private int add(Repetition repetition, int following) {
        int first = following;
        if (repetition.most() == Repetition.UNLIMITED) {
            first = add(Kind.FORK, null, null);
            followers.set(first, new int[] {add(repetition.body(), first), following});
        } else {
            for (int i = repetition.least(); i < repetition.most(); i++) {
                first = add(Kind.FORK, null, null, add(repetition.body(), first), following);
            }
        }
        for (int i = 0; i < repetition.least(); i++) {
            first = add(repetition.body(), first);
        }
        return first;
    }

    /**
     * States that the first automaton is in at once, forks followed, assertions not yet, for they depend on the next character.
     *
     * @param start whether no character precedes
     * @param afterWord whether a letter, digit or underscore precedes, where that matters
     */
    private record Place(boolean start, boolean afterWord, int[] states) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Place that
                    && start == that.start
                    && afterWord == that.afterWord
                    && Arrays.equals(states, that.states);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(states) + (start ? 2 : afterWord ? 1 : 0);
        }
    }

    private enum Next {
        WORD_CHARACTER,
        OTHER_CHARACTER,
        END,
        UNKNOWN
    }

    private Automaton explore(int first) {
        Map<Place, Integer> numbers = new HashMap<>();
        List<Place> places = new ArrayList<>();
        List<int[]> next = new ArrayList<>();
        BitSet accepting = new BitSet();
        places.add(new Place(true, false, follow(new int[] {first}, true, false, Next.UNKNOWN)));
        numbers.put(places.get(0), 0);
        for (int number = 0; number < places.size(); number++) {
            Place place = places.get(number);
            accepting.set(number, matches(resolved(place, Next.END)));
            int[] row = new int[alphabet.classCount()];
            next.add(row);
            int[][] targets = targets(place);
            for (int c = 0; c < row.length; c++) {
                Place after = new Place(false, wordClasses.get(c), targets[c]);
                Integer known = numbers.get(after);
                if (known == null) {
                    known = places.size();
                    numbers.put(after, known);
                    places.add(after);
                    Automaton.requireSmall(places.size(), row.length);
                }
                row[c] = known;
            }
        }
        return Automaton.smallest(alphabet, next.toArray(int[][]::new), accepting);
    }

    /** Once the expression has matched, anything may follow, so that other states do not matter. */
    private boolean matches(int[] states) {
        for (int state : states) {
            if (kinds.get(state) == Kind.MATCH) {
                return true;
            }
        }
        return false;
    }

    private int[][] targets(Place place) {
        int[] beforeWord = asksForWords ? resolved(place, Next.WORD_CHARACTER) : new int[0];
        int[] beforeOther = resolved(place, Next.OTHER_CHARACTER);
        int[][] targets = new int[alphabet.classCount()][];
        Map<List<Integer>, int[]> known = new HashMap<>(); // many classes lead to the same states
        List<List<Integer>> following = new ArrayList<>();
        for (int c = 0; c < targets.length; c++) {
            following.add(new ArrayList<>());
        }
        for (int state : beforeWord) {
            addFollowing(state, true, following);
        }
        for (int state : beforeOther) {
            addFollowing(state, false, following);
        }
        for (int c = 0; c < targets.length; c++) {
            boolean afterWord = wordClasses.get(c);
            List<Integer> seeds = following.get(c);
            seeds.add(afterWord ? -1 : -2); // for the map alone
            targets[c] = known.computeIfAbsent(
                    seeds,
                    unknown -> follow(
                            seeds.stream()
                                    .mapToInt(Integer::intValue)
                                    .filter(state -> state >= 0)
                                    .toArray(),
                            false,
                            afterWord,
                            Next.UNKNOWN));
        }
        return targets;
    }

    private void addFollowing(int state, boolean word, List<List<Integer>> following) {
        if (kinds.get(state) == Kind.MATCH) {
            for (int c = 0; c < following.size(); c++) {
                if (wordClasses.get(c) == word) {
                    following.get(c).add(state);
                }
            }
        } else if (classes[state] != null) {
            for (int c : classes[state]) {
                if (wordClasses.get(c) == word) {
                    following.get(c).add(followers.get(state)[0]);
                    count(1);
                }
            }
        }
    }

    private int[] resolved(Place place, Next next) {
        return follow(place.states, place.start, place.afterWord, next);
    }

    /** States that others lead to without a character, themselves included; sorted, forks left out; only the match if that is among them. */
    private int[] follow(int[] seeds, boolean start, boolean afterWord, Next next) {
        visit++;
        int[] waiting = Arrays.copyOf(seeds, Math.max(16, seeds.length));
        int waitingCount = seeds.length;
        int[] found = new int[Math.max(16, seeds.length)];
        int count = 0;
        while (waitingCount > 0) {
            int state = waiting[--waitingCount];
            if (visited[state] == visit) {
                continue;
            }
            visited[state] = visit;
            count(1);
            Kind kind = kinds.get(state);
            if (kind == Kind.MATCH) {
                return new int[] {state};
            }
            if (kind == Kind.ASSERTION && next == Next.UNKNOWN && assertions.get(state) == Assertion.START && !start) {
                continue;
            }
            boolean passes = kind == Kind.FORK
                    || (kind == Kind.ASSERTION
                            && next != Next.UNKNOWN
                            && holds(assertions.get(state), start, afterWord, next));
            if (passes) {
                int[] following = followers.get(state);
                if (waitingCount + following.length > waiting.length) {
                    waiting = Arrays.copyOf(waiting, 2 * waiting.length + following.length);
                }
                for (int follower : following) {
                    waiting[waitingCount++] = follower;
                }
            } else {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = state;
            }
        }
        int[] states = Arrays.copyOf(found, count);
        Arrays.sort(states);
        return states;
    }

    private static boolean holds(Assertion assertion, boolean start, boolean afterWord, Next next) {
        return switch (assertion) {
            case START -> start;
            case END -> next == Next.END;
            case WORD_BOUNDARY -> afterWord != (next == Next.WORD_CHARACTER);
            case NO_WORD_BOUNDARY -> afterWord == (next == Next.WORD_CHARACTER);
        };
    }

    private void count(int states) {
        work += states;
        if (work > MOST_WORK) {
            throw new NotRegularException("which takes too long to turn into an automaton");
        }
    }
}
