package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.steering4j.vector.LayerSteering;

class PrefixTreeTest {

    private static final int BYTES_PER_TOKEN = 3;
    private static final LayerSteering OTHER = LayerSteering.of(Map.of(1, new float[] {1}));

    /** A piece is a copy of its tokens. */
    private final List<int[]> alive = new ArrayList<>();

    private PrefixTree<LayerSteering, int[]> tree = tree(1000);

    private PrefixTree<LayerSteering, int[]> tree(long maximumTokens) {
        return new PrefixTree<>(
                maximumTokens * BYTES_PER_TOKEN,
                steering -> BYTES_PER_TOKEN,
                piece -> assertThat(alive.removeIf(each -> each == piece)).isTrue());
    }

    @Test
    void should_find_the_longest_beginning_under_the_same_steering() {
        store(tokens(0, 200), LayerSteering.none());
        assertThat(find(tokens(0, 300), LayerSteering.none())).isEqualTo(tokens(0, 200));
        assertThat(find(tokens(0, 150), LayerSteering.none())).isEqualTo(tokens(0, 150));
        assertThat(find(tokens(1, 150), LayerSteering.none())).isEmpty();
        assertThat(find(tokens(0, 300), OTHER)).isEmpty();
        int[] diverging = tokens(0, 200);
        diverging[100] = -1;
        assertThat(find(diverging, LayerSteering.none())).isEqualTo(tokens(0, 100));
    }

    @Test
    void should_keep_once_what_texts_have_in_common() {
        int[] first = tokens(0, 200);
        int[] second = tokens(0, 260);
        Arrays.fill(second, 128, 260, -1);
        store(first, LayerSteering.none());
        store(first, LayerSteering.none());
        store(tokens(0, 199), LayerSteering.none());
        assertThat(tokensStored()).isEqualTo(200);
        store(second, LayerSteering.none());
        assertThat(tokensStored()).isEqualTo(200 + 132);
        assertThat(find(second, LayerSteering.none())).isEqualTo(second);
        assertThat(find(first, LayerSteering.none())).isEqualTo(first);
        store(tokens(0, 300), LayerSteering.none());
        assertThat(tokensStored()).isEqualTo(200 + 132 + 100);
    }

    @Test
    void should_drop_what_was_not_asked_for_the_longest_ends_first() {
        tree = tree(400);
        store(tokens(0, 192), LayerSteering.none());
        store(tokens(1000, 192), OTHER);
        find(tokens(0, 10), LayerSteering.none());
        find(tokens(0, 192), LayerSteering.none());
        store(tokens(2000, 64), LayerSteering.none());
        assertThat(tokensStored()).isLessThanOrEqualTo(400);
        assertThat(find(tokens(0, 192), LayerSteering.none())).hasSize(192);
        assertThat(find(tokens(1000, 192), OTHER)).isEqualTo(tokens(1000, 128));
        assertThat(find(tokens(2000, 64), LayerSteering.none())).hasSize(64);
    }

    @Test
    void should_keep_the_beginning_of_what_is_larger_than_all_room() {
        tree = tree(100);
        store(tokens(0, 500), LayerSteering.none());
        assertThat(find(tokens(0, 500), LayerSteering.none())).isEqualTo(tokens(0, 64));
    }

    @Test
    void should_free_everything_when_cleared() {
        store(tokens(0, 500), LayerSteering.none());
        store(tokens(7, 300), OTHER);
        tree.clear();
        assertThat(alive).isEmpty();
        assertThat(tokensStored()).isZero();
        assertThat(find(tokens(0, 500), LayerSteering.none())).isEmpty();
    }

    @Test
    void should_find_the_longest_beginning_of_any_texts_within_its_bounds() {
        Random random = new Random(5);
        tree = tree(3000);
        for (int round = 0; round < 3000; round++) {
            // Few tokens, so that texts have beginnings in common.
            int[] text = random.ints(1 + random.nextInt(200), 0, 2).toArray();
            if (random.nextInt(3) > 0) {
                Arrays.fill(text, 0, random.nextInt(text.length), 1);
            }
            int[] found = find(text, LayerSteering.none());
            assertThat(Arrays.mismatch(found, text)).isIn(-1, found.length);
            store(text, LayerSteering.none());
            assertThat(tokensStored()).isLessThanOrEqualTo(3000);
            assertThat(alive.stream().mapToInt(piece -> piece.length).sum()).isEqualTo((int) tokensStored());
            assertThat(find(text, LayerSteering.none())).isEqualTo(text);
        }
    }

    private long tokensStored() {
        return tree.size() / BYTES_PER_TOKEN;
    }

    private void store(int[] tokens, LayerSteering steering) {
        tree.store(tokens, steering, (from, to) -> {
            int[] piece = Arrays.copyOfRange(tokens, from, to);
            alive.add(piece);
            return piece;
        });
    }

    private int[] find(int[] tokens, LayerSteering steering) {
        return tree.find(tokens, steering).stream()
                .flatMapToInt(part -> IntStream.of(part.piece()).limit(part.tokens()))
                .toArray();
    }

    private static int[] tokens(int first, int count) {
        return IntStream.range(first, first + count).toArray();
    }
}
