package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.engine.internal.Projections;
import org.steering4j.vector.LayerSteering;

/** Keys and values where the memory runs out. */
@Timeout(300)
class CacheMemoryTest {

    @TempDir
    private Path folder;

    private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);

    @BeforeEach
    void write() {
        RandomModels.write(folder, 61, 1200);
    }

    private LanguageModel open() {
        return LanguageModel.builder()
                .folder(folder)
                .precision(Precision.FLOAT32)
                .projections(Projections.PLAIN) // mapped, which takes no memory
                .cacheBytes(0)
                .freeBytes(free::get)
                .build();
    }

    private static GenerationRequest request(int seed) {
        return new GenerationRequest(
                new Random(seed).ints(50, 0, 61).toArray(), LayerSteering.none(), Sampling.greedy(), 400, Set.of());
    }

    @Test
    void should_refuse_a_prompt_that_does_not_fit_and_answer_the_next() {
        try (LanguageModel model = open()) {
            int[] expected = model.generate(request(1), TokenListener.NONE).tokens();
            free.set(49 * model.cacheBytesPerToken(0));

            assertThatThrownBy(() -> model.generate(request(1), TokenListener.NONE))
                    .isInstanceOf(NotEnoughMemoryException.class)
                    .hasMessageContainingAll(
                            "keys and values of 1 rows of 50 tokens of "
                                    + model.shape().name() + " take 0.0 GiB of memory",
                            "0.0 GiB are free",
                            "shorten the conversations");

            free.set(Long.MAX_VALUE);
            assertThat(model.generate(request(1), TokenListener.NONE).tokens()).isEqualTo(expected);
        }
    }

    @Test
    void should_end_an_answer_that_outgrows_the_memory_and_answer_the_next() {
        try (LanguageModel model = open()) {
            int[] expected = model.generate(request(2), TokenListener.NONE).tokens();
            int[] delivered = {0};

            assertThatThrownBy(() -> model.generate(request(2), token -> {
                        delivered[0]++;
                        free.set(0);
                        return true;
                    }))
                    .isInstanceOf(NotEnoughMemoryException.class);
            assertThat(delivered[0]).isBetween(100, 399);

            free.set(Long.MAX_VALUE);
            assertThat(model.generate(request(2), TokenListener.NONE).tokens()).isEqualTo(expected);
        }
    }

    @Test
    void should_let_generations_wait_for_each_other_where_there_is_little_memory() {
        List<GenerationRequest> requests =
                IntStream.range(3, 9).mapToObj(CacheMemoryTest::request).toList();
        try (LanguageModel model = open()) {
            List<int[]> expected = requests.stream()
                    .map(request -> model.generate(request, TokenListener.NONE).tokens())
                    .toList();
            // Once for one of these answers, beside it not for another.
            free.set(500 * model.cacheBytesPerToken(0));

            assertThat(model.generate(requests))
                    .extracting(GenerationResult::tokens)
                    .containsExactlyElementsOf(expected);
        }
    }
}
