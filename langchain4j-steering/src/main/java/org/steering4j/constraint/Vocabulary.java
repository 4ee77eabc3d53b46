package org.steering4j.constraint;

import dev.langchain4j.exception.UnsupportedFeatureException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What each token of a model writes, as a trie. What is written consists of symbols: the bytes of UTF-8, 0 to 255, and one symbol for each mark
 * that is a token of its own, such as {@code <tool_call>}, from 256 on.
 *
 * <p>Immutable; may be shared between threads. Building one takes a second for 150,000 tokens, so build one for each model.
 */
public final class Vocabulary {

    private static final int BYTES = 256;

    /** What an answer may need to be completed, beyond the words of its form. */
    private static final String INDISPENSABLE = "{}[]\":,0123456789\\nudc";

    private final int size;
    private final int[] endTokens;
    private final List<String> marks;
    private final boolean bytesAreTokens;

    /** By token; null where it writes nothing that is allowed. */
    private final short[][] texts;

    /** The trie's nodes, each before those below it; node 0 is the root. Below a node lie those up to {@link #end}. */
    private final short[] symbol;

    private final short[] depth;
    private final int[] end;

    /** The tokens that end at a node are {@link #tokens} from its value here to the next node's. */
    private final int[] firstToken;

    private final int[] tokens;
    /** By symbol, or -1. */
    private final int[] belowRoot;

    private final int deepest;
    private final int mostCommas;

    private record Entry(int token, short[] text) {}

    private Vocabulary(int size, Set<Integer> endTokens, List<String> marks, List<Entry> entries) {
        this.size = size;
        this.endTokens = endTokens.stream()
                .mapToInt(Integer::intValue)
                .filter(token -> token >= 0 && token < size)
                .toArray();
        this.marks = marks;
        this.texts = new short[size][];
        entries.forEach(entry -> texts[entry.token] = entry.text);
        entries.sort((a, b) -> Arrays.compare(a.text, b.text));
        int nodes = 1 + countNodes(entries);
        this.symbol = new short[nodes];
        this.depth = new short[nodes];
        this.end = new int[nodes];
        this.firstToken = new int[nodes + 1];
        this.tokens = entries.stream().mapToInt(Entry::token).toArray();
        this.deepest = fill(entries);
        this.belowRoot = nodesBelowRoot();
        this.mostCommas =
                entries.stream().mapToInt(entry -> commas(entry.text)).max().orElse(0);
        this.bytesAreTokens = IntStream.rangeClosed(0x80, 0xBF).allMatch(this::isToken);
        requireIndispensable();
    }

    /**
     * @param texts the UTF-8 bytes that each token writes in the middle of a text; tokens that are absent are never allowed
     * @param marks tokens that write a mark, by its text; they are allowed only where the mark is due
     * @param endTokens are allowed when the answer is complete, and only then
     * @param size of the model's vocabulary; tokens beyond are left out
     * @throws UnsupportedFeatureException if tokens are missing without which no JSON can be written
     */
    public static Vocabulary of(
            Map<Integer, byte[]> texts, Map<String, Integer> marks, Set<Integer> endTokens, int size) {
        List<Entry> entries = new ArrayList<>();
        texts.forEach((token, text) -> {
            if (token >= 0 && token < size && text.length > 0 && !endTokens.contains(token)) {
                short[] symbols = new short[text.length];
                for (int i = 0; i < text.length; i++) {
                    symbols[i] = (short) (text[i] & 0xFF);
                }
                entries.add(new Entry(token, symbols));
            }
        });
        List<String> markTexts = marks.keySet().stream()
                .filter(mark -> marks.get(mark) >= 0 && marks.get(mark) < size)
                .sorted()
                .toList();
        entries.removeIf(entry -> marks.containsValue(entry.token));
        for (int i = 0; i < markTexts.size(); i++) {
            entries.add(new Entry(marks.get(markTexts.get(i)), new short[] {(short) (BYTES + i)}));
        }
        return new Vocabulary(size, endTokens, markTexts, entries);
    }

    private static int commas(short[] text) {
        int commas = 0;
        for (short character : text) {
            commas += character == ',' ? 1 : 0;
        }
        return commas;
    }

    private static int countNodes(List<Entry> sorted) {
        int nodes = 0;
        short[] before = {};
        for (Entry entry : sorted) {
            nodes += entry.text.length - commonLength(before, entry.text);
            before = entry.text;
        }
        return nodes;
    }

    private static int commonLength(short[] a, short[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }

    /** Returns the greatest depth. */
    private int fill(List<Entry> sorted) {
        int longest = sorted.stream().mapToInt(entry -> entry.text.length).max().orElse(0);
        int[] path = new int[longest + 1];
        int nodes = 1;
        short[] before = {};
        for (int i = 0; i < sorted.size(); i++) {
            short[] text = sorted.get(i).text;
            int common = commonLength(before, text);
            for (int closed = before.length; closed > common; closed--) {
                end[path[closed]] = nodes;
            }
            for (int length = common + 1; length <= text.length; length++) {
                path[length] = nodes;
                symbol[nodes] = text[length - 1];
                depth[nodes] = (short) length;
                firstToken[nodes] = i;
                nodes++;
            }
            before = text;
        }
        for (int open = before.length; open >= 0; open--) {
            end[path[open]] = nodes;
        }
        firstToken[nodes] = sorted.size();
        return longest;
    }

    private void requireIndispensable() {
        for (int character : symbols(INDISPENSABLE)) {
            if (!isToken(character)) {
                throw new UnsupportedFeatureException(
                        ("responseFormat JSON and toolChoice REQUIRED are not supported by this model: its vocabulary has no"
                                        + " token for the character %s alone; leave them out, and ask for JSON in a message")
                                .formatted((char) character));
            }
        }
    }

    /** Whether there is a token for a symbol alone. */
    boolean isToken(int symbol) {
        int node = child(0, symbol);
        return node >= 0 && hasToken(node);
    }

    private boolean hasToken(int node) {
        return firstToken[node] < firstToken[node + 1];
    }

    /** The node below another for a symbol, or -1. */
    private int child(int node, int wanted) {
        if (node == 0) {
            return belowRoot[wanted];
        }
        for (int child = node + 1; child < end[node] && symbol[child] <= wanted; child = end[child]) {
            if (symbol[child] == wanted) {
                return child;
            }
        }
        return -1;
    }

    private int[] nodesBelowRoot() {
        int[] nodes = new int[symbolCount()];
        Arrays.fill(nodes, -1);
        for (int child = 1; child < end[0]; child = end[child]) {
            nodes[symbol[child]] = child;
        }
        return nodes;
    }

    static int[] symbols(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] symbols = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            symbols[i] = bytes[i] & 0xFF;
        }
        return symbols;
    }

    /** One symbol if the mark is a token, otherwise its bytes. */
    int[] markSymbols(String mark) {
        int index = marks.indexOf(mark);
        return index < 0 ? symbols(mark) : new int[] {BYTES + index};
    }

    /** Symbols are below this. */
    int symbolCount() {
        return BYTES + marks.size();
    }

    /** Whether there are tokens for each byte within a character. */
    boolean bytesAreTokens() {
        return bytesAreTokens;
    }

    /** How many symbols a token writes at most. */
    int longestToken() {
        return deepest;
    }

    /** How many commas a token writes at most. */
    int mostCommas() {
        return mostCommas;
    }

    int size() {
        return size;
    }

    int[] endTokens() {
        return endTokens;
    }

    /** What a token writes, or null if it is never allowed. */
    short[] text(int token) {
        return token < 0 || token >= size ? null : texts[token];
    }

    /** For each place in a text, how many tokens spell what comes from there on, at least; the last one is 0. */
    int[] spellingCosts(int[] text) {
        int[] costs = new int[text.length + 1];
        for (int from = text.length - 1; from >= 0; from--) {
            costs[from] = Cost.IMPOSSIBLE;
            int node = 0;
            for (int to = from; to < text.length; to++) {
                node = child(node, text[to]);
                if (node < 0) {
                    break;
                }
                if (hasToken(node)) {
                    costs[from] = Math.min(costs[from], Cost.sum(1, costs[to + 1]));
                }
            }
        }
        return costs;
    }

    /**
     * How many tokens spell a way, at least.
     *
     * @param symbols the way's symbol from each place on
     * @param successors the place after it, or a negative one at the end
     * @param costs how many tokens spell what comes from a place on; known for those after the first
     */
    int cheapestSpelling(int place, int[] symbols, int[] successors, int[] costs) {
        int cheapest = Cost.IMPOSSIBLE;
        int node = 0;
        for (int at = place; successors[at] >= 0; at = successors[at]) {
            node = child(node, symbols[at]);
            if (node < 0) {
                break;
            }
            if (hasToken(node)) {
                cheapest = Math.min(cheapest, Cost.sum(1, costs[successors[at]]));
            }
        }
        return cheapest;
    }

    /** The tokens that may follow a state, if so many suffice to complete the answer afterwards. */
    Mask mask(State start, int mostNeeded) {
        BitSet allowed = new BitSet(size);
        int highest = 0;
        State[] path = new State[deepest + 1];
        path[0] = start;
        int node = 1;
        while (node < symbol.length) {
            State state = path[depth[node] - 1].after(symbol[node]);
            if (state == null) {
                node = end[node];
                continue;
            }
            path[depth[node]] = state;
            if (hasToken(node) && state.needed() <= mostNeeded) {
                highest = Math.max(highest, state.needed());
                for (int i = firstToken[node]; i < firstToken[node + 1]; i++) {
                    allowed.set(tokens[i]);
                }
            }
            node++;
        }
        return new Mask(allowed, highest);
    }

    /**
     * @param tokens that may come, without end tokens; never changed
     * @param highestNeed how many more tokens suffice to complete the answer after whichever of them
     */
    record Mask(BitSet tokens, int highestNeed) {}
}
