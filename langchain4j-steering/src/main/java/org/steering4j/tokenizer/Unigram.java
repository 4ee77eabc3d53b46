package org.steering4j.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * SentencePiece's unigram model: of all ways to cut a piece into tokens, the one whose scores have the highest sum. It knows no files. Immutable and
 * thread-safe; time is linear in the characters of a piece.
 */
final class Unigram implements Model {

    /** Longer tokens would make time grow with their length, too. */
    static final int MAXIMUM_TOKEN_LENGTH = 1_000;

    private static final double UNKNOWN_PENALTY = 10;
    private static final int NONE = -1;

    private final double[] scores;
    private final Map<String, Integer> vocabulary = new HashMap<>();
    /** Of a prefix tree: the child, and the token that ends with it or {@link #NONE}, by node and character. */
    private final PairTable tree;

    private final int unknown;
    private final double unknownScore;
    private final ByteTokens bytes;

    /**
     * @param tokens by id
     * @param scores by id, all finite
     * @param unknown id of the token for what is in no token
     * @param byteFallback whether what is unknown is spelt in bytes, where there are tokens for all of its
     * @param hidden tokens that no text may become
     * @throws IllegalArgumentException if {@code unknown} is not in the vocabulary, or a token is too long
     */
    Unigram(List<String> tokens, double[] scores, int unknown, boolean byteFallback, IntPredicate hidden) {
        if (unknown < 0 || unknown >= tokens.size()) {
            throw new IllegalArgumentException(
                    "unk_id %d is not in its vocabulary of %d tokens".formatted(unknown, tokens.size()));
        }
        this.scores = scores;
        this.unknown = unknown;
        this.unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        this.bytes = byteFallback ? new ByteTokens(vocabulary) : null;
        vocabulary.values().removeIf(hidden::test);
        for (String token : vocabulary.keySet()) {
            if (token.length() > MAXIMUM_TOKEN_LENGTH) {
                throw new IllegalArgumentException("token %d has %d characters, more than %d"
                        .formatted(vocabulary.get(token), token.length(), MAXIMUM_TOKEN_LENGTH));
            }
        }
        this.tree = new PairTable();
        int nodes = 1;
        for (Map.Entry<String, Integer> token : vocabulary.entrySet()) {
            int node = 0;
            for (int i = 0; i < token.getKey().length(); i++) {
                char c = token.getKey().charAt(i);
                boolean last = i == token.getKey().length() - 1;
                int found = tree.find(node, c);
                int child = found < 0 ? nodes++ : tree.first(found);
                if (found < 0 || last) {
                    tree.put(node, c, child, last ? token.getValue() : NONE);
                }
                node = child;
            }
        }
    }

    @Override
    public int mostCharactersPerToken() {
        return bytes != null && bytes.isComplete() ? Math.max(1, longest()) : 0;
    }

    private int longest() {
        return vocabulary.keySet().stream().mapToInt(String::length).max().orElse(1);
    }

    @Override
    public void encode(String piece, TokenList tokens) {
        int[] starts = new int[piece.length() + 1];
        int[] ids = bestPath(piece, starts);
        // The path is known from its end; it is turned around in place.
        int count = 0;
        int[] ends = new int[piece.length()];
        for (int end = piece.length(); end > 0; end = starts[end]) {
            ends[count++] = end;
        }
        int unknownFrom = NONE;
        for (int i = count - 1; i >= 0; i--) {
            int end = ends[i];
            if (ids[end] == unknown) {
                unknownFrom = unknownFrom == NONE ? starts[end] : unknownFrom;
            } else {
                if (unknownFrom != NONE) {
                    addUnknown(piece.substring(unknownFrom, starts[end]), tokens);
                    unknownFrom = NONE;
                }
                tokens.add(ids[end]);
            }
        }
        if (unknownFrom != NONE) {
            addUnknown(piece.substring(unknownFrom), tokens);
        }
    }

    /** The token that ends at each place of the best path up to there; where it begins is written to {@code starts}. */
    private int[] bestPath(String piece, int[] starts) {
        int length = piece.length();
        double[] best = new double[length + 1];
        int[] ids = new int[length + 1];
        Arrays.fill(starts, NONE);
        for (int at = 0, next; at < length; at = next) {
            next = at + Character.charCount(piece.codePointAt(at));
            boolean known = false;
            int node = 0;
            for (int end = at; end < length; ) {
                int found = tree.find(node, piece.charAt(end++));
                if (found < 0) {
                    break;
                }
                node = tree.first(found);
                int id = tree.second(found);
                if (id != NONE) {
                    double score = scores[id] + best[at];
                    if (starts[end] == NONE || score > best[end]) {
                        best[end] = score;
                        starts[end] = at;
                        ids[end] = id;
                    }
                    known |= end == next;
                }
            }
            if (!known) {
                double score = unknownScore + best[at];
                if (starts[next] == NONE || score > best[next]) {
                    best[next] = score;
                    starts[next] = at;
                    ids[next] = unknown;
                }
            }
        }
        return ids;
    }

    private void addUnknown(String text, TokenList tokens) {
        Integer whole = vocabulary.get(text);
        if (whole != null) {
            tokens.add(whole);
        } else if (bytes == null || !bytes.encode(text, tokens)) {
            tokens.add(unknown);
        }
    }
}
