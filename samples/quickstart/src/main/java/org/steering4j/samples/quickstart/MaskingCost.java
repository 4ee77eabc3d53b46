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
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.constraint.Vocabulary;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Sampling;
import org.steering4j.engine.TokenConstraint;
import org.steering4j.vector.LayerSteering;

/**
 * Measures what it costs to hold answers to a JSON schema. A model is made to write the same document, token by token, with the schema and
 * without it, in turns, so that nothing differs but the masks: with one schema that each answer brings anew, and with one that answers share.
 */
final class MaskingCost {

    private static final int[] CONVERSATIONS = {1, 8};
    /** More than the document needs, as an application would allow. */
    private static final int SPARE_TOKENS = 100;

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

    /** @param rounds of which the median counts */
    void print(int rounds) {
        System.out.printf(
                "a document of %d tokens, of a vocabulary of %,d, held to a JSON schema:%n",
                document.length, model.vocabularySize());
        AnswerConstraint shared = schema();
        for (int conversations : CONVERSATIONS) {
            double[] free = new double[rounds];
            double[] held = new double[rounds];
            double[] heldToShared = new double[rounds];
            for (int round = -1; round < rounds; round++) { // the first warms up
                int kept = Math.max(0, round);
                free[kept] = seconds(conversations, () -> TokenConstraint.Factory.NONE);
                held[kept] = seconds(conversations, this::schema);
                heldToShared[kept] = seconds(conversations, () -> shared);
            }
            System.out.printf(
                    Locale.ROOT,
                    "  %2d conversations: %7.1f tokens/s, and %.1f%% less with a schema, %.1f%% with one used before%n",
                    conversations,
                    conversations * document.length / median(free),
                    100 * (1 - median(free) / median(held)),
                    100 * (1 - median(free) / median(heldToShared)));
        }
    }

    private AnswerConstraint schema() {
        return AnswerConstraint.json(vocabulary, SCHEMA);
    }

    private double seconds(int conversations, Supplier<TokenConstraint.Factory> form) {
        long start = System.nanoTime();
        model.generate(IntStream.range(0, conversations)
                .mapToObj(i -> new GenerationRequest(
                        new int[] {1 + i},
                        LayerSteering.none(),
                        Sampling.greedy(),
                        document.length + SPARE_TOKENS,
                        Set.of(),
                        script(form.get()),
                        null))
                .toList());
        return (System.nanoTime() - start) / 1e9;
    }

    /** Makes the model want the document, whatever else it would say. */
    private TokenConstraint.Factory script(TokenConstraint.Factory form) {
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

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
