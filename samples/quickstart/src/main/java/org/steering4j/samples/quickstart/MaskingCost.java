package org.steering4j.samples.quickstart;

import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.constraint.Vocabulary;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Sampling;
import org.steering4j.engine.TokenConstraint;
import org.steering4j.recipe.measurement.Promise;
import org.steering4j.vector.LayerSteering;

/**
 * Measures what it costs to hold answers to a JSON schema. A model is made to write the same document, token by token, with the schema and
 * without it, in turns, so that nothing differs but the masks. The answers of a round share the schema, as those of
 * a model do that are asked for at the same time; each round brings it anew. Of each step, the fastest of all rounds counts: what
 * else the machine does hits many a step, but seldom the same one every time.
 */
final class MaskingCost {

    /** Many first, after which the compiler has done its work. */
    private static final int[] CONVERSATIONS = {8, 1};
    /** More than the document needs, as an application would allow. */
    private static final int SPARE_TOKENS = 100;

    private static final double LARGEST_COST = 0.1;

    private static final JsonSchema SCHEMA = JsonSchema.builder()
            .name("people")
            .rootElement(JsonObjectSchema.builder()
                    .addProperty(
                            "people",
                            JsonArraySchema.builder()
                                    .items(JsonObjectSchema.builder()
                                            .addStringProperty("name")
                                            .addIntegerProperty("age")
                                            .addEnumProperty("home", List.of("harbour", "hill", "mill"))
                                            .addProperty(
                                                    "friends",
                                                    JsonArraySchema.builder()
                                                            .items(new JsonStringSchema())
                                                            .build())
                                            .required("name", "age", "home", "friends")
                                            .build())
                                    .build())
                    .required("people")
                    .build())
            .build();

    private static final String DOCUMENT = """
            {"people": [{"name": "Ann of the mill", "age": 37, "home": "mill", "friends": ["Bo", "Cy the brewer"]},\
             {"name": "Bo", "age": 8, "home": "harbour", "friends": []}]}""";

    private final LanguageModel model;
    private final Vocabulary vocabulary;
    private final int[] document;

    /** @param texts what each token writes */
    MaskingCost(LanguageModel model, Map<Integer, byte[]> texts) {
        this.model = model;
        this.vocabulary = Vocabulary.of(texts, Map.of(), Set.of(), model.vocabularySize());
        this.document = spell(DOCUMENT, texts);
    }

    /** The longest token that fits, again and again. */
    private static int[] spell(String text, Map<Integer, byte[]> texts) {
        Map<ByteBuffer, Integer> tokens = new HashMap<>();
        texts.forEach((token, bytes) -> tokens.put(ByteBuffer.wrap(bytes), token));
        int longest =
                texts.values().stream().mapToInt(bytes -> bytes.length).max().orElseThrow();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Integer> spelled = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int length = Math.min(longest, bytes.length - from);
            while (!tokens.containsKey(ByteBuffer.wrap(bytes, from, length))) {
                length--;
            }
            spelled.add(tokens.get(ByteBuffer.wrap(bytes, from, length)));
            from += length;
        }
        return spelled.stream().mapToInt(Integer::intValue).toArray();
    }

    List<Promise> measure(int rounds) {
        System.out.printf(
                "a document of %d tokens, of a vocabulary of %,d, held to a JSON schema:%n",
                document.length, model.vocabularySize());
        List<Promise> promises = new ArrayList<>();
        for (int conversations : CONVERSATIONS) {
            Stopwatch free = new Stopwatch();
            Stopwatch held = new Stopwatch();
            for (int round = 0; round < rounds; round++) {
                write(conversations, () -> TokenConstraint.Factory.NONE, free);
                AnswerConstraint form = AnswerConstraint.json(vocabulary, SCHEMA);
                write(conversations, () -> form, held);
            }
            System.out.printf(
                    Locale.ROOT,
                    "  %2d conversations: %7.1f tokens/s without, %7.1f with%n",
                    conversations,
                    conversations * document.length / free.seconds(),
                    conversations * document.length / held.seconds());
            promises.add(Serving.printed(cost(conversations, free.seconds(), held.seconds())));
        }
        return promises;
    }

    static Promise cost(int conversations, double freeSeconds, double heldSeconds) {
        double cost = 1 - freeSeconds / heldSeconds;
        return new Promise(
                String.format(
                        Locale.ROOT,
                        "a schema for %d: %s (at most %.0f%%)",
                        conversations,
                        cost > 0
                                ? String.format(Locale.ROOT, "%.1f%% fewer tokens a second", 100 * cost)
                                : "no measurable cost",
                        100 * LARGEST_COST),
                cost <= LARGEST_COST);
    }

    private void write(int conversations, Supplier<TokenConstraint.Factory> form, Stopwatch stopwatch) {
        stopwatch.start();
        model.generate(IntStream.range(0, conversations)
                .mapToObj(i -> new GenerationRequest(
                        new int[] {1 + i},
                        LayerSteering.none(),
                        Sampling.greedy(),
                        document.length + SPARE_TOKENS,
                        Set.of(),
                        script(form.get(), i == 0 ? stopwatch::stopStep : step -> {}),
                        null))
                .toList());
    }

    /** Keeps the fastest time of each step of a conversation, whatever the round. Started by one thread, stopped by another. */
    private final class Stopwatch {

        private final long[] fastest = new long[document.length];
        private volatile long last;

        Stopwatch() {
            Arrays.fill(fastest, Long.MAX_VALUE);
        }

        void start() {
            last = System.nanoTime();
        }

        void stopStep(int step) {
            long now = System.nanoTime();
            fastest[step] = Math.min(fastest[step], now - last);
            last = now;
        }

        double seconds() {
            return LongStream.of(fastest).sum() / 1e9;
        }
    }

    /** Makes the model want the document, whatever else it would say. */
    private TokenConstraint.Factory script(TokenConstraint.Factory form, IntConsumer whenWritten) {
        return maximumTokens -> {
            TokenConstraint held = form.start(maximumTokens);
            return new TokenConstraint() {

                private int written;

                @Override
                public void exclude(float[] logits) {
                    held.exclude(logits);
                    if (logits[document[written]] == Float.NEGATIVE_INFINITY) {
                        throw new IllegalStateException("token %d of the document is not allowed".formatted(written));
                    }
                    logits[document[written]] = Float.MAX_VALUE;
                }

                @Override
                public boolean advance(int token) {
                    whenWritten.accept(written);
                    written++;
                    return held.advance(token) && written < document.length;
                }

                @Override
                public boolean isCutShort() {
                    return held.isCutShort();
                }
            };
        };
    }
}
