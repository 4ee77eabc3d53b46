package org.steering4j.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Byte pair encoding: the characters of a piece are tokens at first; then, again and again, the pair of neighbours that was learnt earliest
 * becomes one token. It knows no files. Immutable and thread-safe; time grows with n log n in the characters of a piece.
 */
final class BytePairEncoding implements Model {

    /**
     * What differs between files; texts that there are none of are empty.
     *
     * @param unknownToken stands for characters that are not in the vocabulary; without it they are left out
     * @param fuseUnknown whether one stands for all of a run of them
     * @param byteFallback whether unknown characters are spelt in bytes, where there are tokens for all of theirs
     * @param ignoreMerges whether a whole piece that is in the vocabulary is that token, whatever merges there are
     * @param prefix what stands before all characters of a piece but the first
     * @param suffix what stands behind the last character
     * @param visibleBytes whether pieces hold {@linkplain VisibleBytes characters that stand for bytes} only
     */
    record Options(
            String unknownToken,
            boolean fuseUnknown,
            boolean byteFallback,
            boolean ignoreMerges,
            String prefix,
            String suffix,
            boolean visibleBytes) {}

    /** Two tokens that become one. */
    record Merge(String left, String right) {}

    private static final int MISSING = -1;

    private final Options options;
    private final Map<String, Integer> vocabulary;
    /** Rank and new token by the pair of tokens. */
    private final PairTable merges;

    private final int[] basicCharacters = new int[Character.MAX_VALUE + 1];
    private final Map<Integer, Integer> otherCharacters = new HashMap<>();
    private final ByteTokens bytes;
    private final int unknown;
    private final int longest;

    /**
     * @param vocabulary the tokens' ids; no two tokens have the same
     * @param merges from the earliest
     * @param hidden tokens that no text may become
     * @throws IllegalArgumentException if a merge is of, or makes, a token that is not in the vocabulary, or the token for what is unknown is not
     */
    BytePairEncoding(Map<String, Integer> vocabulary, Iterable<Merge> merges, Options options, IntPredicate hidden) {
        this.options = options;
        Arrays.fill(basicCharacters, MISSING);
        int most = 0;
        for (Map.Entry<String, Integer> token : vocabulary.entrySet()) {
            String text = token.getKey();
            most = Math.max(most, text.length());
            if (text.length() == 1) {
                basicCharacters[text.charAt(0)] = token.getValue();
            } else if (text.length() == 2 && text.codePointCount(0, 2) == 1) {
                otherCharacters.put(text.codePointAt(0), token.getValue());
            }
        }
        this.bytes = options.byteFallback() ? new ByteTokens(vocabulary) : null;
        this.unknown =
                options.unknownToken().isEmpty() ? MISSING : vocabulary.getOrDefault(options.unknownToken(), MISSING);
        boolean complete = isComplete();
        if (!options.unknownToken().isEmpty() && unknown == MISSING && !complete) {
            throw new IllegalArgumentException(
                    "unk_token \"%s\" is not in its vocabulary".formatted(options.unknownToken()));
        }
        this.longest = complete ? most : 0;
        this.merges = new PairTable();
        int rank = 0;
        for (Iterator<Merge> all = merges.iterator(); all.hasNext(); rank++) {
            add(all.next(), rank, vocabulary, hidden);
        }
        boolean looksUp = options.ignoreMerges()
                || !options.prefix().isEmpty()
                || !options.suffix().isEmpty();
        this.vocabulary = looksUp ? withoutHidden(vocabulary, hidden) : Map.of();
    }

    private static Map<String, Integer> withoutHidden(Map<String, Integer> vocabulary, IntPredicate hidden) {
        Map<String, Integer> shown = new HashMap<>(vocabulary);
        shown.values().removeIf(hidden::test);
        return shown;
    }

    private void add(Merge merge, int rank, Map<String, Integer> vocabulary, IntPredicate hidden) {
        if (!merge.right().startsWith(options.prefix())) {
            throw new IllegalArgumentException(
                    "merge %d is of \"%s\", which does not begin with continuing_subword_prefix \"%s\""
                            .formatted(rank, merge.right(), options.prefix()));
        }
        int left = id(merge.left(), rank, vocabulary);
        int right = id(merge.right(), rank, vocabulary);
        int both = id(merge.left() + merge.right().substring(options.prefix().length()), rank, vocabulary);
        if (!hidden.test(both)) {
            merges.put(left, right, rank, both);
        }
    }

    private static int id(String token, int rank, Map<String, Integer> vocabulary) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new IllegalArgumentException(
                    "merge %d names \"%s\", which is not in its vocabulary".formatted(rank, token));
        }
        return id;
    }

    /** Whether every character becomes tokens of its own, be it spelt in bytes or one of those that stand for bytes. */
    private boolean isComplete() {
        if (bytes != null && bytes.isComplete()) {
            return true;
        }
        if (!options.visibleBytes()
                || !options.prefix().isEmpty()
                || !options.suffix().isEmpty()) {
            return false;
        }
        for (int value = 0; value < 256; value++) {
            if (basicCharacters[VisibleBytes.of(value)] == MISSING) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int mostCharactersPerToken() {
        return longest;
    }

    @Override
    public void encode(String piece, TokenList tokens) {
        if (options.ignoreMerges()) {
            Integer whole = vocabulary.get(piece);
            if (whole != null) {
                tokens.add(whole);
                return;
            }
        }
        TokenList symbols = new TokenList();
        addCharacters(piece, symbols);
        if (symbols.size() > 1) {
            new Merging(symbols.toArray()).run(tokens);
        } else if (symbols.size() == 1) {
            tokens.add(symbols.toArray()[0]);
        }
    }

    private void addCharacters(String piece, TokenList symbols) {
        boolean unknownBefore = false;
        for (int at = 0, next; at < piece.length(); at = next) {
            int point = piece.codePointAt(at);
            next = at + Character.charCount(point);
            int id = character(piece, point, at, next);
            if (id != MISSING) {
                if (unknownBefore) {
                    symbols.add(unknown);
                    unknownBefore = false;
                }
                symbols.add(id);
            } else if (bytes == null || !bytes.encode(affixed(piece, at, next), symbols)) {
                // One that is unknown is added late, behind bytes that follow it, as Hugging Face's tokenizers do.
                if (unknownBefore && !options.fuseUnknown()) {
                    symbols.add(unknown);
                }
                unknownBefore = unknown != MISSING;
            }
        }
        if (unknownBefore) {
            symbols.add(unknown);
        }
    }

    private int character(String piece, int point, int at, int next) {
        boolean affixed = at > 0 && !options.prefix().isEmpty()
                || next == piece.length() && !options.suffix().isEmpty();
        if (affixed) {
            return vocabulary.getOrDefault(affixed(piece, at, next), MISSING);
        }
        return point <= Character.MAX_VALUE ? basicCharacters[point] : otherCharacters.getOrDefault(point, MISSING);
    }

    private String affixed(String piece, int at, int next) {
        return (at > 0 ? options.prefix() : "")
                + piece.substring(at, next)
                + (next == piece.length() ? options.suffix() : "");
    }

    /** The merging of one piece: a list of symbols, linked both ways, and a heap of the pairs that can be merged, the earliest learnt first. */
    private final class Merging {

        private static final int NONE = -1;

        private final int[] symbols;
        private final int[] previous;
        private final int[] next;
        /** Rank, then place, of pairs; some are outdated. */
        private long[] heap;

        private int size;

        Merging(int[] symbols) {
            this.symbols = symbols;
            this.previous = new int[symbols.length];
            this.next = new int[symbols.length];
            this.heap = new long[symbols.length + 1];
            for (int i = 0; i < symbols.length; i++) {
                previous[i] = i - 1;
                next[i] = i + 1 < symbols.length ? i + 1 : NONE;
            }
            for (int i = 0; i + 1 < symbols.length; i++) {
                offer(i);
            }
        }

        void run(TokenList tokens) {
            while (size > 0) {
                long pair = poll();
                int at = (int) pair;
                int right = symbols[at] == MISSING ? NONE : next[at];
                int merge = right == NONE ? -1 : merges.find(symbols[at], symbols[right]);
                if (merge >= 0 && merges.first(merge) == (int) (pair >>> 32)) {
                    symbols[at] = merges.second(merge);
                    symbols[right] = MISSING;
                    next[at] = next[right];
                    if (next[at] != NONE) {
                        previous[next[at]] = at;
                        offer(at);
                    }
                    if (previous[at] != NONE) {
                        offer(previous[at]);
                    }
                }
            }
            for (int i = 0; i != NONE; i = next[i]) {
                tokens.add(symbols[i]);
            }
        }

        private void offer(int at) {
            int merge = merges.find(symbols[at], symbols[next[at]]);
            if (merge < 0) {
                return;
            }
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            long pair = (long) merges.first(merge) << 32 | at;
            int hole = size++;
            while (hole > 0 && heap[hole - 1 >> 1] > pair) {
                heap[hole] = heap[hole - 1 >> 1];
                hole = hole - 1 >> 1;
            }
            heap[hole] = pair;
        }

        private long poll() {
            long least = heap[0];
            long last = heap[--size];
            int hole = 0;
            for (int child = 1; child < size; child = 2 * hole + 1) {
                if (child + 1 < size && heap[child + 1] < heap[child]) {
                    child++;
                }
                if (heap[child] >= last) {
                    break;
                }
                heap[hole] = heap[child];
                hole = child;
            }
            heap[hole] = last;
            return least;
        }
    }
}
