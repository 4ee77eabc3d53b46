package org.steering4j.constraint;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The inside of an object.
 *
 * <p>The names of further members are remembered, lest they be repeated. But states that hold the text of a name would all differ, and to try
 * 150,000 tokens would make as many of them. So while tokens are tried, the text of a name that is not declared is forgotten (see
 * {@link #forgetful}); a name that ends meanwhile is marked as unknown, and a second one cannot end before a token is chosen.
 */
final class Members implements Frame {

    /** Stands for a second name that is not known; no name holds such a character. */
    private static final String UNKNOWN = "\0";

    enum Place {
        FIRST,
        AFTER_COMMA,
        AFTER_VALUE,
        BEFORE_END
    }

    private final ObjectSyntax syntax;
    private final Place place;
    /** The declared members that are there, by index; never changed. */
    private final BitSet written;
    /** The names of the others, in UTF-8, a character for each byte. */
    private final Set<String> further;
    /** Whether there is one more. */
    private final boolean unknown;
    /** Left for the values. */
    private final int levels;

    /** Required members that are not there yet, and what these cost. */
    private final int missing;

    private final int missingCosts;
    private final int hash;

    Members(ObjectSyntax syntax, Place place, BitSet written, Set<String> further, boolean unknown, int levels) {
        this.syntax = syntax;
        this.place = place;
        this.written = written;
        this.further = further;
        this.unknown = unknown;
        this.levels = levels;
        this.hash = Objects.hash(System.identityHashCode(syntax), place, written, further, unknown, levels);
        int missing = 0;
        int costs = 0;
        for (int property : syntax.required()) {
            if (!written.get(property)) {
                missing++;
                costs = Cost.sum(costs, memberCost(property));
            }
        }
        this.missing = missing;
        this.missingCosts = costs;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof Members that
                        && hash == that.hash
                        && syntax == that.syntax
                        && place == that.place
                        && unknown == that.unknown
                        && levels == that.levels
                        && written.equals(that.written)
                        && further.equals(that.further);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "members " + place + " " + written + " " + further;
    }

    @Override
    public int needed() {
        int more = Math.max(missing, Math.max(syntax.least() - count(), place == Place.AFTER_COMMA ? 1 : 0));
        if (more > syntax.most() - count()) {
            return Cost.IMPOSSIBLE;
        }
        int costs = Cost.sum(missingCosts, cheapest(more - missing));
        return switch (place) {
            case BEFORE_END -> 1;
            case AFTER_VALUE -> Cost.sum(costs, more, 1);
            case FIRST, AFTER_COMMA -> Cost.sum(costs, Math.max(1, more));
        };
    }

    /** As of {@link #with}, without making it if only required members are left. */
    private int neededAfter(int property) {
        boolean wasMissing = isMissing(property);
        int left = missing - (wasMissing ? 1 : 0);
        if (syntax.least() - count() - 1 > left || missingCosts >= Cost.IMPOSSIBLE) {
            return with(property).needed();
        }
        return Cost.sum(missingCosts - (wasMissing ? memberCost(property) : 0), left, 1);
    }

    private int count() {
        return written.cardinality() + further.size() + (unknown ? 1 : 0);
    }

    private boolean isMissing(int property) {
        return syntax.properties().get(property).required() && !written.get(property);
    }

    private boolean mayEndHere() {
        return count() >= syntax.least() && missing == 0;
    }

    private int memberCost(int property) {
        return Cost.sum(
                syntax.names().all().cost(property),
                1,
                syntax.properties().get(property).value().shortest(levels));
    }

    /** Of so many members that are not required, {@link Cost#IMPOSSIBLE} if there are not so many. */
    private int cheapest(int members) {
        if (members == 0) {
            return 0;
        }
        int furtherCost = allowsFurther() ? Cost.sum(1, furtherName("").memberCost(members)) : Cost.IMPOSSIBLE;
        int[] declared = IntStream.range(0, syntax.properties().size())
                .filter(property -> !written.get(property) && !isMissing(property))
                .map(this::memberCost)
                .filter(cost -> cost < furtherCost)
                .sorted()
                .limit(members)
                .toArray();
        return Cost.sum(Cost.sum(declared), Cost.times(members - declared.length, furtherCost));
    }

    /** Whether there may be a member that is not required. */
    private boolean hasRoom() {
        return syntax.most() == Integer.MAX_VALUE || count() + missing < syntax.most();
    }

    private boolean mayHaveFurther() {
        return allowsFurther() && hasRoom();
    }

    private boolean allowsFurther() {
        return syntax.furtherValues() != null && syntax.furtherValues().shortest(levels) < Cost.IMPOSSIBLE;
    }

    private boolean mayCome(int property) {
        return !written.get(property)
                && syntax.properties().get(property).value().shortest(levels) < Cost.IMPOSSIBLE
                && (isMissing(property) || hasRoom());
    }

    private boolean mayGoOn() {
        return at(Place.AFTER_COMMA).needed() < Cost.IMPOSSIBLE;
    }

    @Override
    public Frame relaxed() {
        return relaxedMembers();
    }

    private Members relaxedMembers() {
        int relaxed = Syntax.relaxed(levels);
        return relaxed == levels ? this : new Members(syntax, place, written, further, unknown, relaxed);
    }

    @Override
    public void write(int symbol, Stack rest, Consumer<Stack> next) {
        if (symbol == '"') {
            if (place == Place.FIRST || place == Place.AFTER_COMMA) {
                new DeclaredName(this, syntax.names().all()).write(symbol, rest, next);
                if (mayHaveFurther()) {
                    next.accept(rest.push(furtherName("")));
                }
            }
        } else if (symbol == '}') {
            if (place != Place.AFTER_COMMA && mayEndHere()) {
                next.accept(rest);
            }
        } else if (place == Place.AFTER_VALUE && symbol == ',') {
            if (mayGoOn()) {
                next.accept(rest.push(at(Place.AFTER_COMMA)).push(Gap.line(levels)));
            }
        } else if (place == Place.AFTER_VALUE && mayEndHere()) {
            Gap.line(levels).write(symbol, rest.push(at(Place.BEFORE_END)), next);
        }
    }

    private Members at(Place place) {
        return new Members(syntax, place, written, further, unknown, levels);
    }

    private Members with(int property) {
        BitSet more = (BitSet) written.clone();
        more.set(property);
        return new Members(syntax, Place.AFTER_VALUE, more, further, unknown, levels);
    }

    private Members withFurther(String name) {
        if (name == null) {
            return new Members(syntax, Place.AFTER_VALUE, written, further, true, levels);
        }
        return new Members(syntax, Place.AFTER_VALUE, written, with(further, name), unknown, levels);
    }

    /** With a further member whose name is not known. */
    private Members withOneMore() {
        return unknown
                ? new Members(syntax, Place.AFTER_VALUE, written, with(further, UNKNOWN), true, levels)
                : withFurther(null);
    }

    private static Set<String> with(Set<String> names, String name) {
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return Set.copyOf(more);
    }

    private FurtherName furtherName(String text) {
        Set<String> taken = new HashSet<>(further);
        taken.addAll(syntax.declaredNames());
        return new FurtherName(this, Set.copyOf(taken), Characters.START, text);
    }

    private static Stack value(Stack rest, Members afterwards, Syntax value) {
        return rest.push(afterwards).push(new Begin(value, afterwards.levels)).push(Colon.INSTANCE);
    }

    /** @param names those that what is written is the beginning of, quotes included */
    private record DeclaredName(Members object, Words.Range names) implements Frame {

        @Override
        public Frame relaxed() {
            Members relaxed = object.relaxedMembers();
            return relaxed == object ? this : new DeclaredName(relaxed, names);
        }

        @Override
        public int needed() {
            int cheapest = Cost.IMPOSSIBLE;
            for (int property = names.from(); property < names.to(); property++) {
                if (object.mayCome(property)) {
                    int cost = Cost.sum(
                            names.cost(property),
                            1,
                            object.syntax.properties().get(property).value().shortest(object.levels));
                    cheapest = Math.min(cheapest, Cost.sum(cost, object.neededAfter(property)));
                }
            }
            return cheapest;
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            Words.Range narrowed = names.next(symbol);
            if (narrowed == null) {
                return;
            }
            int property = narrowed.from();
            if (narrowed.firstEnds()) { // then it is the only one: every name ends with a quote
                if (object.mayCome(property)) {
                    next.accept(value(
                            rest,
                            object.with(property),
                            object.syntax.properties().get(property).value()));
                }
            } else if (mayGoOn(narrowed)) {
                next.accept(rest.push(new DeclaredName(object, narrowed)));
            }
        }

        private boolean mayGoOn(Words.Range narrowed) {
            for (int property = narrowed.from(); property < narrowed.to(); property++) {
                if (object.mayCome(property)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * A name that is not declared. It holds no escapes, so that equal names are written equally.
     *
     * @param taken what must not follow before the closing quote, for the name would then be one that is there
     * @param text what is written of it, without quotes, or null where that is forgotten
     */
    private record FurtherName(Members object, Set<String> taken, Characters characters, String text) implements Frame {

        @Override
        public int needed() {
            return Cost.sum(memberCost(1), object.withOneMore().needed());
        }

        /**
         * Of what is missing of name and value.
         *
         * @param members of how many members that follow one another, each
         */
        private int memberCost(int members) {
            return Cost.sum(
                    characters.needed(object.syntax.rules()),
                    extension(members),
                    2,
                    object.syntax.furtherValues().shortest(object.levels));
        }

        /** How many digits make names that are not taken yet: so many that there are enough texts of them beside those that are taken. */
        private int extension(int members) {
            int digits = 0;
            long texts = 1;
            while (takenTexts(characters.left() + digits) + members > texts) {
                digits++;
                texts *= 10;
            }
            return digits;
        }

        @Override
        public Frame relaxed() {
            Members relaxed = object.relaxedMembers();
            return relaxed == object ? this : new FurtherName(relaxed, taken, characters, text);
        }

        private long takenTexts(int length) {
            return (object.unknown ? 1 : 0)
                    + taken.stream().filter(text -> text.length() == length).count();
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            if (characters.betweenCharacters() && symbol == '"') {
                if (!object.unknown && !taken.contains("")) {
                    next.accept(value(rest, object.withFurther(text), object.syntax.furtherValues()));
                }
                return;
            }
            Characters after = characters.next(symbol, object.syntax.rules());
            if (after != null) {
                String letter = String.valueOf((char) symbol);
                Set<String> stillTaken = new HashSet<>();
                taken.stream()
                        .filter(text -> text.startsWith(letter))
                        .forEach(text -> stillTaken.add(text.substring(1)));
                next.accept(rest.push(
                        new FurtherName(object, Set.copyOf(stillTaken), after, text == null ? null : text + letter)));
            }
        }

        @Override
        public Frame forgetful() {
            return text == null ? this : new FurtherName(object, taken, characters, null);
        }
    }
}
