package org.steering4j.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * The model of a {@code tokenizer.json} as it was read: vocabulary, merges or scores, and parameters. Whatever is wrong is an
 * {@link IllegalArgumentException}. Not changed once it is read.
 */
final class ModelData {

    /** There is none that has a million. */
    static final int MAXIMUM_ID = (1 << 22) - 1;

    private static final int MAXIMUM_AFFIX = 1_000;

    private final ObjectNode parameters = JsonNodeFactory.instance.objectNode();
    private Map<String, Integer> vocabulary;
    /** Null unless the vocabulary is a list of tokens with scores. */
    private double[] scores;

    private List<String> listed;
    private List<BytePairEncoding.Merge> merges;

    private ModelData() {}

    /** @param values at the beginning of the object */
    static ModelData read(JsonParser values) throws IOException {
        ModelData data = new ModelData();
        if (values.currentToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("its \"model\" is no object");
        }
        while (values.nextToken() == JsonToken.FIELD_NAME) {
            String name = values.currentName();
            values.nextToken();
            switch (name) {
                case "vocab" -> data.readVocabulary(values);
                case "merges" -> data.readMerges(values);
                default -> data.parameters.set(name, values.readValueAsTree());
            }
        }
        if (data.vocabulary == null) {
            throw new IllegalArgumentException("its model has no \"vocab\"");
        }
        if (!data.parameters.path("type").isTextual()) {
            data.parameters.put("type", data.guessedType());
        }
        return data;
    }

    /** Old files do not say it. */
    private String guessedType() {
        if (merges != null) {
            return "BPE";
        }
        return scores != null ? "Unigram" : parameters.has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
    }

    private void readVocabulary(JsonParser values) throws IOException {
        vocabulary = new HashMap<>();
        if (values.currentToken() == JsonToken.START_OBJECT) {
            readIds(values);
        } else if (values.currentToken() == JsonToken.START_ARRAY) {
            readScores(values);
        } else {
            throw new IllegalArgumentException("its vocabulary is neither an object nor a list");
        }
    }

    private void readIds(JsonParser values) throws IOException {
        BitSet ids = new BitSet();
        while (values.nextToken() == JsonToken.FIELD_NAME) {
            String token = requireText(values.currentName());
            int id = values.nextToken() == JsonToken.VALUE_NUMBER_INT ? number(values) : -1;
            if (id < 0) {
                throw new IllegalArgumentException(
                        "its vocabulary gives \"%s\" an id that is not a whole number of 0 to %d"
                                .formatted(token, MAXIMUM_ID));
            }
            if (ids.get(id)) {
                throw new IllegalArgumentException(
                        "its vocabulary gives the id %d twice, the second time to \"%s\"".formatted(id, token));
            }
            ids.set(id);
            vocabulary.put(token, id);
        }
    }

    /** Below 0 if it is no id. */
    private static int number(JsonParser values) throws IOException {
        if (values.getNumberType() != JsonParser.NumberType.INT) {
            return -1;
        }
        int number = values.getIntValue();
        return number <= MAXIMUM_ID ? number : -1;
    }

    private void readScores(JsonParser values) throws IOException {
        listed = new ArrayList<>();
        scores = new double[1024];
        while (values.nextToken() != JsonToken.END_ARRAY) {
            boolean pair =
                    values.currentToken() == JsonToken.START_ARRAY && values.nextToken() == JsonToken.VALUE_STRING;
            String token = pair ? requireText(values.getText()) : null;
            if (!pair || !values.nextToken().isNumeric()) {
                throw new IllegalArgumentException(
                        "entry %d of its vocabulary is not a pair of text and score".formatted(listed.size()));
            }
            double score = values.getDoubleValue();
            if (!Double.isFinite(score) || values.nextToken() != JsonToken.END_ARRAY || listed.size() > MAXIMUM_ID) {
                throw new IllegalArgumentException(
                        "entry %d of its vocabulary is not a pair of text and finite score".formatted(listed.size()));
            }
            if (listed.size() == scores.length) {
                scores = Arrays.copyOf(scores, 2 * scores.length);
            }
            scores[listed.size()] = score;
            vocabulary.put(token, listed.size());
            listed.add(token);
        }
        scores = Arrays.copyOf(scores, listed.size());
    }

    private void readMerges(JsonParser values) throws IOException {
        if (values.currentToken() != JsonToken.START_ARRAY) {
            throw new IllegalArgumentException("its merges are no list");
        }
        merges = new ArrayList<>();
        while (values.nextToken() != JsonToken.END_ARRAY) {
            BytePairEncoding.Merge merge = null;
            if (values.currentToken() == JsonToken.VALUE_STRING) {
                if (values.getText().startsWith("#version")) { // of the file that the merges were copied from
                    continue;
                }
                merge = merge(values.getText());
            } else if (values.currentToken() == JsonToken.START_ARRAY && values.nextToken() == JsonToken.VALUE_STRING) {
                String left = values.getText();
                if (values.nextToken() == JsonToken.VALUE_STRING) {
                    merge = new BytePairEncoding.Merge(left, values.getText());
                    if (values.nextToken() != JsonToken.END_ARRAY) {
                        merge = null;
                    }
                }
            }
            if (merge == null) {
                throw new IllegalArgumentException(
                        "merge %d is not two texts, nor one with a blank between two".formatted(merges.size()));
            }
            merges.add(merge);
        }
    }

    private static BytePairEncoding.Merge merge(String text) {
        int blank = text.indexOf(' ');
        return blank < 0 || text.indexOf(' ', blank + 1) >= 0
                ? null
                : new BytePairEncoding.Merge(text.substring(0, blank), text.substring(blank + 1));
    }

    private static String requireText(String token) {
        if (!Component.isWellFormed(token)) {
            throw new IllegalArgumentException("its vocabulary has a token with half a character in it");
        }
        return token;
    }

    int highestId() {
        return listed != null
                ? listed.size() - 1
                : vocabulary.values().stream().mapToInt(id -> id).max().orElse(-1);
    }

    /** The id of a token, or null. */
    Integer id(String token) {
        return vocabulary.get(token);
    }

    /** The id of the token that stands for what is unknown, or -1. */
    int unknownId() {
        String token = parameters.path("unk_token").asText("");
        return listed != null ? parameters.path("unk_id").asInt(-1) : vocabulary.getOrDefault(token, -1);
    }

    /** Texts by id. */
    void fill(String[] tokens) {
        if (listed != null) {
            for (int id = 0; id < listed.size(); id++) {
                tokens[id] = listed.get(id);
            }
        } else {
            vocabulary.forEach((token, id) -> tokens[id] = token);
        }
    }

    /**
     * @param visibleBytes whether pieces hold characters that stand for bytes only
     * @param hidden tokens that no text may become
     */
    Model model(boolean visibleBytes, IntPredicate hidden) {
        Component component = new Component("model", parameters);
        Supplier<Model> model = switch (component.type()) {
            case "BPE" -> bytePairEncoding(component, visibleBytes, hidden);
            case "Unigram" -> unigram(component, hidden);
            case "WordPiece" -> wordPiece(component, hidden);
            case "WordLevel" -> wordLevel(component, hidden);
            default -> throw component.unsupported();
        };
        component.requireNoMore();
        try {
            return model.get();
        } catch (IllegalArgumentException e) {
            throw component.wrong(e);
        }
    }

    private Supplier<Model> bytePairEncoding(Component component, boolean visibleBytes, IntPredicate hidden) {
        JsonNode dropout = parameters.path("dropout");
        if (!(isNone(dropout) || dropout.isNumber() && dropout.asDouble() == 0)) {
            throw component.wrong("dropout", "none, since the same text is to have the same tokens,");
        }
        component.ignore("dropout");
        BytePairEncoding.Options options = new BytePairEncoding.Options(
                textOrNone(component, "unk_token"),
                component.flag("fuse_unk", false),
                component.flag("byte_fallback", false),
                component.flag("ignore_merges", false),
                textOrNone(component, "continuing_subword_prefix"),
                textOrNone(component, "end_of_word_suffix"),
                visibleBytes);
        return () -> {
            requireIds();
            if (merges == null) {
                throw new IllegalArgumentException("it has no \"merges\"");
            }
            return new BytePairEncoding(vocabulary, merges, options, hidden);
        };
    }

    private Supplier<Model> unigram(Component component, IntPredicate hidden) {
        int unknown = component.number("unk_id", 0, MAXIMUM_ID);
        boolean byteFallback = component.flag("byte_fallback", false);
        return () -> {
            if (listed == null) {
                throw new IllegalArgumentException(
                        "its vocabulary is an object, where a list of tokens with scores is expected");
            }
            return new Unigram(listed, scores, unknown, byteFallback, hidden);
        };
    }

    private Supplier<Model> wordPiece(Component component, IntPredicate hidden) {
        String unknown = component.text("unk_token", 1, MAXIMUM_AFFIX);
        String prefix = component.text("continuing_subword_prefix", 0, MAXIMUM_AFFIX);
        int longest = component.number("max_input_chars_per_word", 0, WordPiece.MAXIMUM_WORD_LENGTH);
        return () -> {
            requireIds();
            return new WordPiece(vocabulary, unknown, prefix, longest, hidden);
        };
    }

    private Supplier<Model> wordLevel(Component component, IntPredicate hidden) {
        String unknown = component.text("unk_token", 1, MAXIMUM_AFFIX);
        return () -> {
            requireIds();
            return new WordLevel(vocabulary, unknown, hidden);
        };
    }

    private void requireIds() {
        if (listed != null) {
            throw new IllegalArgumentException("its vocabulary is a list, where an object is expected");
        }
    }

    private String textOrNone(Component component, String name) {
        component.ignore(name);
        return isNone(parameters.path(name)) ? "" : component.text(name, 0, MAXIMUM_AFFIX);
    }

    private static boolean isNone(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }
}
