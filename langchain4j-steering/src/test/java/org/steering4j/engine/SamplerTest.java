package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {

    private static final int[] NO_PROMPT = {};
    private static final int DRAWS = 20_000;

    /** The logits of probabilities 0.5, 0.25, 0.15, 0.1. */
    private static final float[] LOGITS = logits(0.25, 0.1, 0.5, 0.15);

    private static float[] logits(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        return logits;
    }

    /** How often each token is drawn when nothing generated is remembered. */
    private static int[] counts(Sampling.Builder sampling, float[] logits) {
        int[] counts = new int[logits.length];
        Sampler sampler = new Sampler(sampling.seed(42).build(), NO_PROMPT);
        for (int draw = 0; draw < DRAWS; draw++) {
            counts[sampler.next(logits.clone())]++;
        }
        return counts;
    }

    private static Set<Integer> drawn(Sampling.Builder sampling, float[] logits) {
        int[] counts = counts(sampling, logits);
        Set<Integer> drawn = new TreeSet<>();
        for (int token = 0; token < counts.length; token++) {
            if (counts[token] > 0) {
                drawn.add(token);
            }
        }
        return drawn;
    }

    /** At a significance of 1 in 1000; the seed is fixed, so this never fails by chance. */
    private static void assertDistribution(int[] counts, double... probabilities) {
        double[] criticalByDegrees = {0, 10.83, 13.82, 16.27, 18.47, 20.52};
        double statistic = 0;
        int degrees = -1;
        for (int token = 0; token < counts.length; token++) {
            double expected = DRAWS * probabilities[token];
            if (expected == 0) {
                assertThat(counts[token]).isZero();
            } else {
                statistic += (counts[token] - expected) * (counts[token] - expected) / expected;
                degrees++;
            }
        }
        assertThat(statistic).isLessThan(criticalByDegrees[degrees]);
    }

    @Test
    void should_take_the_likeliest_token_when_greedy_and_the_first_of_equals() {
        Sampler sampler = new Sampler(Sampling.greedy(), NO_PROMPT);
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(2);
        assertThat(sampler.next(new float[] {-3, 7, -1, 7})).isEqualTo(1);
        assertThat(sampler.next(new float[] {-Float.MAX_VALUE})).isZero();
    }

    @Test
    void should_draw_as_the_softmax_of_the_logits_says() {
        assertDistribution(counts(Sampling.builder(), LOGITS), 0.25, 0.1, 0.5, 0.15);
    }

    @Test
    void should_divide_logits_by_the_temperature() {
        double[] roots = {Math.sqrt(0.25), Math.sqrt(0.1), Math.sqrt(0.5), Math.sqrt(0.15)};
        double sum = Arrays.stream(roots).sum();
        assertDistribution(
                counts(Sampling.builder().temperature(2), LOGITS),
                Arrays.stream(roots).map(root -> root / sum).toArray());
        assertDistribution(
                counts(Sampling.builder().temperature(0.5), LOGITS),
                0.0625 / 0.345,
                0.01 / 0.345,
                0.25 / 0.345,
                0.0225 / 0.345);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-300, 1e-6})
    void should_be_greedy_as_the_temperature_nears_zero(double temperature) {
        assertThat(drawn(Sampling.builder().temperature(temperature), LOGITS)).containsExactly(2);
    }

    @Test
    void should_draw_evenly_as_the_temperature_nears_infinity() {
        assertDistribution(
                counts(Sampling.builder().temperature(Float.MAX_VALUE), new float[] {-1000, 0, 1000, 3}),
                0.25,
                0.25,
                0.25,
                0.25);
    }

    @Test
    void should_keep_the_k_likeliest_in_proportion() {
        assertDistribution(counts(Sampling.builder().topK(2), LOGITS), 0.25 / 0.75, 0, 0.5 / 0.75, 0);
        assertThat(drawn(Sampling.builder().topK(1), LOGITS)).containsExactly(2);
        assertThat(drawn(Sampling.builder().topK(4), LOGITS)).hasSize(4);
        assertThat(drawn(Sampling.builder().topK(Integer.MAX_VALUE), LOGITS)).hasSize(4);
    }

    @Test
    void should_keep_exactly_k_of_equals() {
        float[] equal = new float[100];
        for (int k = 1; k <= 20; k++) {
            assertThat(drawn(Sampling.builder().topK(k), equal))
                    .containsExactlyElementsOf(IntStream.range(0, k).boxed().toList());
        }
        assertThat(drawn(Sampling.builder().topK(3), new float[] {0, 1, 0, 0, 2}))
                .containsExactly(0, 1, 4);
    }

    @Test
    void should_keep_the_smallest_set_that_reaches_p() {
        assertThat(drawn(Sampling.builder().topP(0), LOGITS)).containsExactly(2);
        assertThat(drawn(Sampling.builder().topP(1e-9), LOGITS)).containsExactly(2);
        assertThat(drawn(Sampling.builder().topP(0.49), LOGITS)).containsExactly(2);
        assertDistribution(counts(Sampling.builder().topP(0.51), LOGITS), 0.25 / 0.75, 0, 0.5 / 0.75, 0);
        assertThat(drawn(Sampling.builder().topP(0.74), LOGITS)).containsExactly(0, 2);
        assertThat(drawn(Sampling.builder().topP(0.76), LOGITS)).containsExactly(0, 2, 3);
        assertThat(drawn(Sampling.builder().topP(0.91), LOGITS)).hasSize(4);
        assertThat(drawn(Sampling.builder().topP(Math.nextDown(1)), LOGITS)).hasSize(4);
        assertThat(drawn(Sampling.builder().topP(0.5), new float[100]))
                .containsExactlyElementsOf(IntStream.range(0, 50).boxed().toList());
    }

    @Test
    void should_count_p_among_the_k_likeliest() {
        // 0.5 of the 0.75 that top-k leaves is two thirds
        assertThat(drawn(Sampling.builder().topK(2).topP(0.66), LOGITS)).containsExactly(2);
        assertThat(drawn(Sampling.builder().topK(2).topP(0.67), LOGITS)).containsExactly(0, 2);
    }

    @Test
    void should_keep_tokens_of_a_share_of_the_likeliest_ones_probability() {
        assertThat(drawn(Sampling.builder().minP(1), LOGITS)).containsExactly(2);
        assertThat(drawn(Sampling.builder().minP(1), new float[] {1, 2, 2})).containsExactly(1, 2);
        assertThat(drawn(Sampling.builder().minP(0.51), LOGITS)).containsExactly(2);
        assertDistribution(counts(Sampling.builder().minP(0.29), LOGITS), 0.25 / 0.9, 0, 0.5 / 0.9, 0.15 / 0.9);
        assertThat(drawn(Sampling.builder().minP(0.19), LOGITS)).hasSize(4);
        assertThat(drawn(Sampling.builder().minP(0.4).topK(3), LOGITS)).containsExactly(0, 2);
    }

    @Test
    void should_draw_nothing_of_no_probability() {
        assertThat(drawn(Sampling.builder(), new float[] {-1e30f, 0, -Float.MAX_VALUE, 1}))
                .containsExactly(1, 3);
        assertThat(drawn(Sampling.builder().topK(3), new float[] {-1e30f, 0, -1e30f, -1e30f}))
                .containsExactly(1);
    }

    @Test
    void should_divide_positive_and_multiply_negative_logits_of_tokens_of_prompt_and_answer() {
        Sampler sampler = new Sampler(
                Sampling.builder().temperature(0).repetitionPenalty(2).build(), new int[] {0, 2});
        float[] logits = {4, 1.9f, -1, -1.5f};
        assertThat(sampler.next(logits)).isZero();
        assertThat(logits).containsExactly(2, 1.9f, -2, -1.5f);
        logits = new float[] {3, 2, -1, -1.5f};
        assertThat(sampler.next(logits)).isEqualTo(1); // token 0 is halved once, however often it was seen
        assertThat(logits).containsExactly(1.5f, 2, -2, -1.5f);
        logits = new float[] {3, 2, -1, -1.5f};
        sampler.next(logits);
        assertThat(logits).containsExactly(1.5f, 1, -2, -1.5f);
    }

    @Test
    void should_subtract_frequency_for_each_time_and_presence_once_in_the_answer_alone() {
        Sampler sampler = new Sampler(
                Sampling.builder()
                        .temperature(0)
                        .frequencyPenalty(0.5)
                        .presencePenalty(0.25)
                        .build(),
                new int[] {0, 1, 1});
        float[][] steps = {{9, 0, 0}, {9, 0, 0}, {9, 8.5f, 0}};
        int[] tokens = new int[3];
        for (int step = 0; step < 3; step++) {
            tokens[step] = sampler.next(steps[step]);
        }
        assertThat(tokens).containsExactly(0, 0, 1);
        assertThat(steps[0]).containsExactly(9, 0, 0);
        assertThat(steps[1]).containsExactly(8.25f, 0, 0);
        assertThat(steps[2]).containsExactly(7.75f, 8.5f, 0);
    }

    @Test
    void should_raise_logits_by_negative_penalties() {
        Sampler sampler = new Sampler(
                Sampling.builder()
                        .temperature(0)
                        .frequencyPenalty(-2)
                        .presencePenalty(-2)
                        .build(),
                NO_PROMPT);
        assertThat(sampler.next(new float[] {1, 0})).isZero();
        assertThat(sampler.next(new float[] {0, 3})).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-38, 1e38, Float.MAX_VALUE})
    void should_bear_an_extreme_repetition_penalty(double penalty) {
        for (double temperature : new double[] {0, 1}) {
            Sampler sampler = new Sampler(
                    Sampling.builder()
                            .temperature(temperature)
                            .repetitionPenalty(penalty)
                            .build(),
                    new int[] {0, 1, 2, 3});
            for (int draw = 0; draw < 10; draw++) {
                assertThat(sampler.next(new float[] {5, -5, 1e30f, -1e30f})).isBetween(0, 3);
            }
        }
    }

    @Test
    void should_repeat_the_draws_of_a_seed() {
        Random random = new Random(1);
        float[] logits = new float[200];
        for (int token = 0; token < logits.length; token++) {
            logits[token] = (float) random.nextGaussian();
        }
        List<Integer> first = draws(7, logits);
        assertThat(draws(7, logits)).isEqualTo(first);
        assertThat(draws(8, logits)).isNotEqualTo(first);
    }

    private static List<Integer> draws(long seed, float[] logits) {
        Sampler sampler = new Sampler(Sampling.builder().seed(seed).build(), NO_PROMPT);
        return IntStream.range(0, 50)
                .mapToObj(draw -> sampler.next(logits.clone()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void should_refuse_logits_that_are_no_finite_numbers(float broken) {
        for (double temperature : new double[] {0, 1}) {
            Sampler sampler =
                    new Sampler(Sampling.builder().temperature(temperature).build(), NO_PROMPT);
            assertThatThrownBy(() -> sampler.next(new float[] {0, 1, broken}))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("the logit " + broken + " for token 2")
                    .hasMessageContaining("choose a smaller multiplier");
            assertThatThrownBy(() -> sampler.next(new float[] {broken, broken}))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("token 0");
        }
    }

    /** The rule of Sampling's Javadoc, once more and naively: sort, cut, cut, cut. */
    private static Set<Integer> allowed(Sampling sampling, float[] logits) {
        double highest = IntStream.range(0, logits.length)
                .mapToDouble(i -> logits[i])
                .max()
                .orElseThrow();
        double[] weights = IntStream.range(0, logits.length)
                .mapToDouble(token -> Math.exp((logits[token] - highest) / sampling.temperature()))
                .toArray();
        List<Integer> kept = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -weights[token]))
                .toList();
        if (sampling.topK() > 0) {
            kept = kept.subList(0, Math.min(kept.size(), sampling.topK()));
        }
        double wanted = sampling.topP()
                * kept.stream().mapToDouble(token -> weights[token]).sum();
        double reached = 0;
        int count = 0;
        while (count < kept.size() && (sampling.topP() == 1 || reached < wanted - 1e-12)) {
            reached += weights[kept.get(count++)];
        }
        return new TreeSet<>(kept.subList(0, count).stream()
                .filter(token -> weights[token] >= sampling.minP())
                .toList());
    }

    @Test
    void should_draw_only_what_all_rules_allow_and_always_something() {
        Random random = new Random(5);
        for (int trial = 0; trial < 3000; trial++) {
            float[] logits = new float[1 + random.nextInt(120)];
            boolean coarse = random.nextBoolean(); // many ties
            for (int token = 0; token < logits.length; token++) {
                double logit = 4 * random.nextGaussian();
                logits[token] = (float) (coarse ? Math.rint(logit) : logit);
            }
            Sampling sampling = Sampling.builder()
                    .temperature(Math.exp(3 * random.nextGaussian()))
                    .topK(random.nextInt(3) == 0 ? 0 : random.nextInt(150))
                    .topP(random.nextInt(3) == 0 ? 1 : 1 - random.nextDouble())
                    .minP(random.nextInt(3) == 0 ? 0 : Math.pow(random.nextDouble(), 4))
                    .seed(trial)
                    .build();
            Set<Integer> allowed = allowed(sampling, logits);
            Sampler sampler = new Sampler(sampling, NO_PROMPT);
            for (int draw = 0; draw < 5; draw++) {
                assertThat(sampler.next(logits.clone()))
                        .as("trial %d, %s", trial, sampling)
                        .isIn(allowed);
            }
        }
    }

    @Test
    void should_draw_everything_that_the_rules_allow() {
        Random random = new Random(6);
        for (int trial = 0; trial < 20; trial++) {
            float[] logits = new float[100];
            for (int token = 0; token < logits.length; token++) {
                logits[token] = (float) Math.rint(random.nextGaussian());
            }
            Sampling.Builder sampling = Sampling.builder()
                    .temperature(2)
                    .topK(trial % 2 * (5 + trial))
                    .topP(trial % 3 == 0 ? 1 : 0.7)
                    .minP(trial % 5 == 0 ? 0 : 0.3);
            assertThat(drawn(sampling, logits)).isEqualTo(allowed(sampling.build(), logits));
        }
    }

    /** Allows two tokens. */
    private static final TokenConstraint SECOND_OR_FOURTH = new TokenConstraint() {
        @Override
        public void exclude(float[] logits) {
            logits[0] = Float.NEGATIVE_INFINITY;
            logits[2] = Float.NEGATIVE_INFINITY;
        }

        @Override
        public boolean advance(int token) {
            return true;
        }

        @Override
        public boolean isCutShort() {
            return false;
        }
    };

    @Test
    void should_choose_among_what_a_constraint_allows() {
        assertThat(new Sampler(Sampling.greedy(), NO_PROMPT).next(LOGITS.clone(), SECOND_OR_FOURTH))
                .isEqualTo(3);
        for (Sampling.Builder sampling : List.of(
                Sampling.builder(),
                Sampling.builder().topK(3),
                Sampling.builder().topP(0.9),
                Sampling.builder().minP(0.01),
                Sampling.builder().temperature(Float.MAX_VALUE).repetitionPenalty(2))) {
            int[] counts = new int[LOGITS.length];
            Sampler sampler = new Sampler(sampling.seed(42).build(), new int[] {0, 2});
            for (int draw = 0; draw < 1000; draw++) {
                counts[sampler.next(LOGITS.clone(), SECOND_OR_FOURTH)]++;
            }
            assertThat(counts[0] + counts[2]).isZero();
            assertThat(counts[1]).isPositive();
            assertThat(counts[3]).isPositive();
        }
    }

    @Test
    void should_say_that_a_constraint_allows_nothing() {
        TokenConstraint nothing = new TokenConstraint() {
            @Override
            public void exclude(float[] logits) {
                Arrays.fill(logits, Float.NEGATIVE_INFINITY);
            }

            @Override
            public boolean advance(int token) {
                return false;
            }

            @Override
            public boolean isCutShort() {
                return false;
            }

            @Override
            public String toString() {
                return "nothing at all";
            }
        };
        for (double temperature : new double[] {0, 1}) {
            Sampler sampler =
                    new Sampler(Sampling.builder().temperature(temperature).build(), NO_PROMPT);
            assertThatThrownBy(() -> sampler.next(LOGITS.clone(), nothing))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("nothing at all");
        }
    }
}
