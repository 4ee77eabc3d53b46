package org.steering4j.trainer.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * What there is to know, and to worry about, of a set of pairs before a vector is trained on it. Rows go by their numbers in the file.
 * Immutable.
 *
 * @param source the file
 * @param rowUnit what row numbers count, such as "line"
 * @param lengthUnit what lengths count, "tokens" or "words"
 * @param pairs how many there are
 * @param distinctPrompts how many different prompts they have
 * @param prompt lengths of the prompts
 * @param matching lengths of the matching answers
 * @param notMatching lengths of the others
 * @param matchingLongerShare of the pairs, the share whose matching answer is the longer one; equal lengths count half. Far from 0.5, a vector
 *     may learn length instead of the behaviour
 * @param duplicates groups of rows with the same prompt and answers, character by character
 * @param nearDuplicates groups of rows whose prompt and answers differ in case and white space only
 * @param contradictions rows that call an answer matching which another row with the same prompt calls not matching
 * @param unbalanced rows with one answer more than {@code maximumLengthRatio} times as long as the other, which summed log-probabilities favour
 *     or punish for its length alone
 * @param maximumLengthRatio see above
 * @param truncated rows whose prompt and longer answer together exceed {@code maximumLength}
 * @param maximumLength see above; null where none was given
 * @param notRead columns of the file, and keys of its messages, that are not read
 * @param controlTokens rows whose texts hold control tokens of a chat template, which are read as plain text
 */
public record DataInspection(
        String source,
        String rowUnit,
        String lengthUnit,
        int pairs,
        int distinctPrompts,
        LengthDistribution prompt,
        LengthDistribution matching,
        LengthDistribution notMatching,
        double matchingLongerShare,
        List<List<Integer>> duplicates,
        List<List<Integer>> nearDuplicates,
        List<Contradiction> contradictions,
        List<Unbalanced> unbalanced,
        double maximumLengthRatio,
        List<Integer> truncated,
        Integer maximumLength,
        List<String> notRead,
        List<WithControlTokens> controlTokens) {

    /** A row, and the control tokens that its texts hold, each once. */
    public record WithControlTokens(int row, List<String> tokens) {}

    /** Two rows with the same prompt: what the first calls matching, the second calls not matching. */
    public record Contradiction(int row, int otherRow) {}

    /** A row with an answer that is many times as long as the other. */
    public record Unbalanced(int row, int matchingLength, int notMatchingLength) {}

    /**
     * Inspects pairs.
     *
     * @param lengthUnit what the lengths count, such as "tokens"
     * @param lengths the lengths of a pair
     * @param maximumLengthRatio at least 1
     * @param maximumLength of prompt and answer together; null for none
     * @param controlTokens those of the model, to be found in texts beside those that are known of published chat templates
     */
    public static DataInspection of(
            PreferenceData data,
            String lengthUnit,
            Function<PreferencePair, PairLengths> lengths,
            double maximumLengthRatio,
            Integer maximumLength,
            Collection<String> controlTokens) {
        List<PairLengths> measured = data.pairs().stream().map(lengths).toList();
        List<Integer> rows = data.rows().numbers();
        return new DataInspection(
                data.source(),
                data.rows().unit(),
                lengthUnit,
                data.pairs().size(),
                Math.toIntExact(data.pairs().stream()
                        .map(PreferencePair::prompt)
                        .distinct()
                        .count()),
                distribution(measured, PairLengths::prompt),
                distribution(measured, PairLengths::matching),
                distribution(measured, PairLengths::notMatching),
                matchingLongerShare(measured),
                duplicates(data),
                nearDuplicates(data),
                contradictions(data),
                IntStream.range(0, rows.size())
                        .filter(i -> measured.get(i).ratio() > maximumLengthRatio)
                        .mapToObj(i -> new Unbalanced(
                                rows.get(i),
                                measured.get(i).matching(),
                                measured.get(i).notMatching()))
                        .toList(),
                maximumLengthRatio,
                IntStream.range(0, rows.size())
                        .filter(i -> maximumLength != null && measured.get(i).longest() > maximumLength)
                        .mapToObj(rows::get)
                        .toList(),
                maximumLength,
                data.notRead(),
                withControlTokens(data, controlTokens));
    }

    private static List<WithControlTokens> withControlTokens(PreferenceData data, Collection<String> controlTokens) {
        return IntStream.range(0, data.pairs().size())
                .mapToObj(i -> new WithControlTokens(
                        data.rows().numbers().get(i),
                        List.copyOf(TemplateMarks.in(data.pairs().get(i), controlTokens))))
                .filter(found -> !found.tokens().isEmpty())
                .toList();
    }

    private static LengthDistribution distribution(List<PairLengths> lengths, ToIntFunction<PairLengths> part) {
        return LengthDistribution.of(lengths.stream().mapToInt(part));
    }

    private static double matchingLongerShare(List<PairLengths> lengths) {
        return lengths.stream()
                .mapToDouble(pair -> (Integer.signum(pair.matching() - pair.notMatching()) + 1) / 2.0)
                .average()
                .orElseThrow();
    }

    private static List<List<Integer>> duplicates(PreferenceData data) {
        return rows(data, groups(data, pair -> pair).values());
    }

    private static List<List<Integer>> nearDuplicates(PreferenceData data) {
        Map<NormalisedPair, List<Integer>> groups = groups(data, NormalisedPair::of);
        groups.values()
                .removeIf(group ->
                        group.stream().map(data.pairs()::get).distinct().count() == 1);
        return rows(data, groups.values());
    }

    private static <K> Map<K, List<Integer>> groups(PreferenceData data, Function<PreferencePair, K> key) {
        Map<K, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < data.pairs().size(); i++) {
            groups.computeIfAbsent(key.apply(data.pairs().get(i)), same -> new ArrayList<>())
                    .add(i);
        }
        groups.values().removeIf(group -> group.size() == 1);
        return groups;
    }

    private static List<List<Integer>> rows(PreferenceData data, Iterable<List<Integer>> groups) {
        List<List<Integer>> rows = new ArrayList<>();
        for (List<Integer> group : groups) {
            rows.add(group.stream().map(data.rows().numbers()::get).toList());
        }
        return List.copyOf(rows);
    }

    private static List<Contradiction> contradictions(PreferenceData data) {
        record Answer(String prompt, String answer) {}
        Map<Answer, Integer> firstNotMatching = new LinkedHashMap<>();
        List<NormalisedPair> pairs =
                data.pairs().stream().map(NormalisedPair::of).toList();
        for (int i = 0; i < pairs.size(); i++) {
            NormalisedPair pair = pairs.get(i);
            firstNotMatching.putIfAbsent(
                    new Answer(pair.prompt(), pair.notMatching()),
                    data.rows().numbers().get(i));
        }
        List<Contradiction> contradictions = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            NormalisedPair pair = pairs.get(i);
            Integer other = firstNotMatching.get(new Answer(pair.prompt(), pair.matching()));
            if (other != null) {
                contradictions.add(new Contradiction(data.rows().numbers().get(i), other));
            }
        }
        return List.copyOf(contradictions);
    }
}
