package org.steering4j.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-pair encoding with byte fallback (Sennrich et al. 2016, arXiv 1508.07909) from text, deterministically.
 *
 * <p>The vocabulary holds the special tokens, the 256 bytes, every character seen and then the merges, most frequent pair
 * first. Spaces become {@code ▁} and stick to the word behind them. Merges never cross a word, a digit, a run of
 * punctuation or a line end. Not thread-safe.
 */
public final class BytePairEncodingTrainer {

    /** Cuts text, its spaces already replaced, into the pieces inside which merges happen. */
    static final String PIECE_PATTERN = "▁?\\p{L}+|\\p{N}|\\n|▁?[^\\p{L}\\p{N}\\n▁]+|▁";

    static final char SPACE = '▁';
    private static final Pattern PIECE = Pattern.compile(PIECE_PATTERN);
    private static final int BYTES = 256;

    private final Map<String, Integer> pieceCounts = new TreeMap<>();

    /** Counts the pieces of a text that contains no special tokens. */
    public void read(String text) {
        Matcher piece = PIECE.matcher(text.replace(' ', SPACE));
        while (piece.find()) {
            pieceCounts.merge(piece.group(), 1, Integer::sum);
        }
    }

    /** Reads all of a conversation except its special tokens. */
    public void read(Conversation conversation) {
        ChatMarkup.segments(conversation).stream()
                .filter(segment -> !segment.special())
                .forEach(segment -> read(segment.text()));
    }

    /** The vocabulary and merges for what was read; fewer tokens than asked for when nothing is left to merge. */
    public BytePairEncoding train(int vocabularySize) {
        List<String> vocabulary = new ArrayList<>();
        for (SpecialToken token : SpecialToken.values()) {
            vocabulary.add(token.text());
        }
        for (int value = 0; value < BYTES; value++) {
            vocabulary.add("<0x%02X>".formatted(value));
        }
        vocabulary.addAll(characters());
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        pieceCounts.forEach((piece, count) ->
                words.merge(piece.codePoints().mapToObj(Character::toString).toList(), count, Integer::sum));
        List<Merge> merges = new ArrayList<>();
        while (vocabulary.size() < vocabularySize) {
            Merge best = mostFrequentPair(words);
            if (best == null) {
                break;
            }
            merges.add(best);
            vocabulary.add(best.merged());
            apply(best, words);
        }
        return new BytePairEncoding(vocabulary.stream().distinct().toList(), merges);
    }

    private TreeSet<String> characters() {
        TreeSet<String> characters = new TreeSet<>();
        pieceCounts
                .keySet()
                .forEach(piece ->
                        piece.codePoints().mapToObj(Character::toString).forEach(characters::add));
        return characters;
    }

    private static Merge mostFrequentPair(Map<List<String>, Integer> words) {
        Map<Merge, Integer> counts = new HashMap<>();
        words.forEach((symbols, count) -> {
            for (int index = 0; index + 1 < symbols.size(); index++) {
                counts.merge(new Merge(symbols.get(index), symbols.get(index + 1)), count, Integer::sum);
            }
        });
        Merge best = null;
        int bestCount = 0;
        for (Map.Entry<Merge, Integer> entry : counts.entrySet()) {
            int count = entry.getValue();
            if (count > bestCount || count == bestCount && entry.getKey().compareTo(best) < 0) {
                best = entry.getKey();
                bestCount = count;
            }
        }
        return best;
    }

    private static void apply(Merge merge, Map<List<String>, Integer> words) {
        Map<List<String>, Integer> affected = new LinkedHashMap<>();
        words.forEach((symbols, count) -> {
            if (symbols.contains(merge.left()) && symbols.contains(merge.right())) {
                affected.put(symbols, count);
            }
        });
        affected.forEach((symbols, count) -> {
            words.remove(symbols);
            words.merge(merge.applyTo(symbols), count, Integer::sum);
        });
    }
}
