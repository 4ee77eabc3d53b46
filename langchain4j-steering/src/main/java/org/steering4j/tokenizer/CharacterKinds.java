package org.steering4j.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the kinds of characters that some sets tell apart: two characters are of one kind if they are in the same of these sets. Immutable.
 */
final class CharacterKinds {

    private static final int PAGE_BITS = 8;
    private static final int PAGE = 1 << PAGE_BITS;

    /** For each page of code points, where its kinds begin. */
    private final int[] pages = new int[(Character.MAX_CODE_POINT + 1) >> PAGE_BITS];

    private final short[] kinds;
    /** Which of the sets hold a kind, by kind. */
    private final List<BitSet> members = new ArrayList<>();

    CharacterKinds(List<CharacterSet> sets) {
        Map<BitSet, Integer> numbers = new HashMap<>();
        int[] bounds = bounds(sets);
        short[] page = new short[PAGE];
        Map<String, Integer> written = new HashMap<>();
        List<short[]> distinct = new ArrayList<>();
        int next = 0;
        short kind = 0;
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (next < bounds.length && bounds[next] == point) {
                next++;
                BitSet in = new BitSet();
                for (int set = 0; set < sets.size(); set++) {
                    in.set(set, sets.get(set).contains(point));
                }
                Integer number = numbers.get(in);
                if (number == null) {
                    number = members.size();
                    numbers.put(in, number);
                    members.add(in);
                    if (number > Short.MAX_VALUE) {
                        throw new UnsupportedPatternException("it tells too many kinds of characters apart");
                    }
                }
                kind = number.shortValue();
            }
            page[point % PAGE] = kind;
            if (point % PAGE == PAGE - 1) {
                String content = content(page);
                Integer at = written.get(content);
                if (at == null) {
                    at = distinct.size() * PAGE;
                    written.put(content, at);
                    distinct.add(page.clone());
                }
                pages[point >> PAGE_BITS] = at;
            }
        }
        kinds = new short[distinct.size() * PAGE];
        for (int i = 0; i < distinct.size(); i++) {
            System.arraycopy(distinct.get(i), 0, kinds, i * PAGE, PAGE);
        }
    }

    private static String content(short[] page) {
        char[] characters = new char[page.length];
        for (int i = 0; i < page.length; i++) {
            characters[i] = (char) page[i];
        }
        return new String(characters);
    }

    /** Where a kind may end and another begin. */
    private static int[] bounds(List<CharacterSet> sets) {
        int[] bounds =
                new int[1 + sets.stream().mapToInt(set -> set.ranges().length).sum()];
        int size = 1;
        for (CharacterSet set : sets) {
            int[] ranges = set.ranges();
            for (int i = 0; i < ranges.length; i++) {
                bounds[size++] = i % 2 == 0 ? ranges[i] : ranges[i] + 1;
            }
        }
        return Arrays.stream(bounds).sorted().distinct().toArray();
    }

    int count() {
        return members.size();
    }

    int of(int point) {
        return kinds[pages[point >> PAGE_BITS] + (point & PAGE - 1)];
    }

    /** Whether a kind is in the set of that number. */
    boolean isIn(int kind, int set) {
        return members.get(kind).get(set);
    }
}
