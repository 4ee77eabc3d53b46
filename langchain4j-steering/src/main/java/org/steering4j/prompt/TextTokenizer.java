package org.steering4j.prompt;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.internal.OfflineMode;
import org.steering4j.prompt.jinja.Text;

/**
 * Text to token ids and back, by the {@code tokenizer.json} of a model folder. It knows nothing of conversations and adds no token of its
 * own, such as a beginning-of-text token.
 *
 * <p>Hugging Face's tokenizer takes every special token that it finds in a text for the real one. Here, each control token is given an
 * unguessable alias when the file is loaded, and the tokenizer is only ever shown aliases: {@code <|im_end|>} in a user's message is five
 * or ten ordinary tokens, and one control token only where the chat template wrote it. A control token is an added token that the tokenizer
 * calls special, that looks like {@code <|fim_prefix|>}, that the chat template spells out, or that stands around tool calls or thinking.
 *
 * <p>Thread-safe. Close it to return native memory; a closed tokenizer throws {@link IllegalStateException}.
 */
public final class TextTokenizer implements AutoCloseable {

    static {
        OfflineMode.enter();
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Some tokenizers do not call all of these special. The bars may be those of East Asian scripts. */
    private static final Pattern CONTROL_BY_NAME = Pattern.compile("<[|\uFF5C].*[|\uFF5C]>");
    /** No control token holds it. */
    private static final char NO_CHARACTER = '\uFFFF';

    /** The file's text, for what is asked of it later: by then the file may be gone. */
    private final byte[] json;

    private final HuggingFaceTokenizer tokenizer;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<String, Integer> controlTokens;
    private final Map<String, String> aliasByControlToken;
    private final Map<String, String> controlTokenByAlias;
    private final Pattern anyControlToken;
    private final Pattern anyAlias;
    /** Token ids of the file to those of the tokenizer with aliases, and back, for the added tokens whose ids differ. */
    private final Map<Integer, Integer> aliasedIds;

    private final Map<Integer, Integer> originalIds;
    private final Set<Integer> hiddenTokens;
    private boolean closed;

    private TextTokenizer(
            byte[] text, HuggingFaceTokenizer tokenizer, ObjectNode json, Map<String, String> aliasByControlToken) {
        this.json = text;
        this.tokenizer = tokenizer;
        this.aliasByControlToken = aliasByControlToken;
        this.controlTokenByAlias = aliasByControlToken.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
        this.anyControlToken = alternatives(aliasByControlToken.keySet());
        this.anyAlias = alternatives(controlTokenByAlias.keySet());
        this.controlTokens = new LinkedHashMap<>();
        this.aliasedIds = new HashMap<>();
        this.originalIds = new HashMap<>();
        this.hiddenTokens = new HashSet<>();
        for (JsonNode token : json.path("added_tokens")) {
            String content = controlTokenByAlias.getOrDefault(
                    token.path("content").asText(), token.path("content").asText());
            int id = token.path("id").asInt();
            long[] aliased = tokenizer
                    .encode(token.path("content").asText(), false, false)
                    .getIds();
            if (aliased.length != 1 && aliasByControlToken.containsKey(content)) {
                throw new IllegalArgumentException(
                        "the special token " + content + " is split into " + aliased.length + " tokens");
            }
            if (aliased.length == 1 && aliased[0] != id) {
                aliasedIds.put(id, (int) aliased[0]);
                originalIds.put((int) aliased[0], id);
            }
            if (aliasByControlToken.containsKey(content)) {
                controlTokens.put(content, id);
            }
            if (token.path("special").asBoolean()) {
                hiddenTokens.add(id);
            }
        }
        requireDistinctFromVocabulary(json.path("model").path("vocab"));
    }

    /** The ids that aliases were given follow the vocabulary, unless its ids have gaps. */
    private void requireDistinctFromVocabulary(JsonNode vocabulary) {
        if (vocabulary.isObject() && !originalIds.isEmpty()) {
            for (JsonNode id : vocabulary) {
                if (originalIds.containsKey(id.asInt())) {
                    throw new IllegalArgumentException("its vocabulary leaves gaps among the ids below " + id.asInt());
                }
            }
        }
    }

    /**
     * @param templateText the chat template's source, or an empty string
     * @param marks what else is a control token where the tokenizer has a token for it, such as what stands around a tool call
     * @param embeddingRows how many tokens the model has embeddings of, if that is known; there may be more of them than the tokenizer has
     *     tokens
     */
    static TextTokenizer open(Path folder, String templateText, Collection<String> marks, OptionalInt embeddingRows) {
        Path file = folder.resolve("tokenizer.json");
        ObjectNode json = read(file);
        int rows = embeddingRows.orElse(Integer.MAX_VALUE);
        requireFits(file, json, templateText, rows);
        Map<String, String> aliases = giveAliases(json, templateText, marks, rows);
        HuggingFaceTokenizer tokenizer = null;
        try {
            byte[] text = MAPPER.writeValueAsBytes(json);
            tokenizer = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(text),
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
            return new TextTokenizer(text, tokenizer, json, aliases);
        } catch (Throwable e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            if (e instanceof Error error) {
                throw error;
            }
            throw new ModelFolderException(
                    file + " is not a tokenizer that Hugging Face's tokenizers 0.21 reads: " + e.getMessage(), e);
        }
    }

    private static ObjectNode read(Path file) {
        if (!Files.exists(file)) {
            throw new ModelFolderException(
                    file
                            + " is missing: download it, or, where the model came without, make it with AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) of Python's transformers");
        }
        if (JsonFiles.readObject(file) instanceof ObjectNode json
                && json.path("model").isObject()) {
            return json;
        }
        throw new ModelFolderException(file + " is not a tokenizer: expected a JSON object with the field \"model\"");
    }

    /** Tokens that were added without an embedding may be there, as long as nothing writes them. */
    private static void requireFits(Path file, JsonNode json, String templateText, int rows) {
        JsonNode vocabulary = json.path("model").path("vocab");
        int highest = vocabulary.size() - 1;
        if (vocabulary.isObject()) {
            for (JsonNode id : vocabulary) {
                highest = Math.max(highest, id.asInt());
            }
        }
        for (JsonNode token : json.path("added_tokens")) {
            if (templateText.contains(token.path("content").asText())) {
                highest = Math.max(highest, token.path("id").asInt());
            }
        }
        if (highest >= rows) {
            throw new ModelFolderException(
                    "%s has token ids up to %d, but the model has embeddings of %d tokens, ids 0 to %d (vocab_size in config.json): take the tokenizer files that belong to the weights"
                            .formatted(file, highest, rows, rows - 1));
        }
    }

    /**
     * Renames the control tokens in the JSON and drops what adds, cuts or pads tokens; returns the aliases by control token. A token without
     * embedding becomes one, so that no text is encoded as it.
     */
    private static Map<String, String> giveAliases(
            ObjectNode json, String templateText, Collection<String> marks, int rows) {
        json.putNull("post_processor").putNull("truncation").putNull("padding");
        Map<String, String> aliases = new LinkedHashMap<>();
        String secret = UUID.randomUUID().toString().replace("-", "");
        ArrayNode addedTokens = json.withArray("added_tokens");
        for (JsonNode token : addedTokens) {
            String content = token.path("content").asText();
            boolean control = token.path("special").asBoolean()
                    || token.path("id").asInt() >= rows
                    || CONTROL_BY_NAME.matcher(content).matches()
                    || (!content.isBlank() && (templateText.contains(content) || marks.contains(content)));
            if (control && !content.isEmpty()) {
                String alias = "<" + secret + "x" + aliases.size() + ">";
                aliases.put(content, alias);
                ((ObjectNode) token).put("content", alias).put("normalized", false);
            }
        }
        return aliases;
    }

    /**
     * Longest first, as Hugging Face's tokenizer prefers. There may be a thousand, so that they are tried only where the first character is that
     * of one.
     */
    private static Pattern alternatives(Set<String> texts) {
        if (texts.isEmpty()) {
            return Pattern.compile("(?!)");
        }
        String beginnings = texts.stream()
                .map(text -> "\\x{%x}".formatted(text.codePointAt(0)))
                .distinct()
                .collect(Collectors.joining());
        return Pattern.compile(texts.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?=[" + beginnings + "])(?:", ")")));
    }

    /** Encodes all of it as ordinary text. */
    public int[] encode(String text) {
        long[] ids =
                whileOpen(() -> tokenizer.encode(wellFormed(text), false, false).getIds());
        return Arrays.stream(ids)
                .mapToInt(id -> originalIds.getOrDefault((int) id, (int) id))
                .toArray();
    }

    /** Encodes text that we wrote ourselves: control tokens in it become control tokens. Never for text from a user. */
    public int[] encodeWithControlTokens(String text) {
        return encode(replaceAll(anyControlToken, text, aliasByControlToken));
    }

    /** Encodes what a template wrote: control tokens become control tokens if all of their characters are the template's own. */
    int[] encode(Text rendered) {
        String text = rendered.toString();
        Matcher tokens = anyControlToken.matcher(rendered.withForeignAs(NO_CHARACTER));
        StringBuilder aliased = new StringBuilder(text.length());
        int from = 0;
        while (tokens.find()) {
            aliased.append(text, from, tokens.start()).append(aliasByControlToken.get(tokens.group()));
            from = tokens.end();
        }
        return encode(aliased.append(text, from, text.length()).toString());
    }

    /**
     * Encodes text as it would be encoded after a line break within a longer text: some tokenizers put a space before the first word of a
     * text, which the beginning of an answer must not get.
     */
    public int[] encodeContinuation(String text) {
        String before = (aliasByControlToken.isEmpty()
                        ? ""
                        : aliasByControlToken.values().iterator().next()) + "\n";
        int[] prefix = encode(before);
        int[] whole = encode(before + text);
        return whole.length >= prefix.length && Arrays.equals(prefix, 0, prefix.length, whole, 0, prefix.length)
                ? Arrays.copyOfRange(whole, prefix.length, whole.length)
                : encode(text);
    }

    /** The text of tokens; special tokens are left out. */
    public String decode(int... tokens) {
        return decode(tokens, Map.of());
    }

    /** @param shown control tokens that are not left out, and what stands for each in the text */
    String decode(int[] tokens, Map<Integer, String> shown) {
        long[] ids = Arrays.stream(tokens)
                .filter(token -> !isHidden(token, shown.keySet()))
                .mapToLong(token -> aliasedIds.getOrDefault(token, token))
                .toArray();
        if (ids.length == 0) {
            return "";
        }
        return anyAlias.matcher(whileOpen(() -> tokenizer.decode(ids, false))).replaceAll(alias -> {
            String content = controlTokenByAlias.get(alias.group());
            return Matcher.quoteReplacement(shown.getOrDefault(controlTokens.get(content), content));
        });
    }

    /** A decoder for tokens that come one by one. */
    public TokenDecoder decoder() {
        return decoder(Map.of());
    }

    /** @param shown control tokens that are to appear in the text, such as those around a tool call, and what stands for each */
    TokenDecoder decoder(Map<String, String> shown) {
        return new TokenDecoder(
                this,
                shown.entrySet().stream()
                        .filter(token -> controlTokens.containsKey(token.getKey()))
                        .collect(Collectors.toUnmodifiableMap(
                                token -> controlTokens.get(token.getKey()), Map.Entry::getValue)));
    }

    boolean isHidden(int token, Set<Integer> shown) {
        return hiddenTokens.contains(token) && !shown.contains(token);
    }

    /** The id of a control token such as {@code <|im_end|>}. */
    public OptionalInt controlToken(String content) {
        Integer id = controlTokens.get(content);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The control tokens, in the order of the file. */
    public Set<String> controlTokens() {
        return controlTokens.keySet();
    }

    /**
     * The bytes that each token writes in the middle of a text, by id. Control tokens are left out. Parsed anew at every call.
     *
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if that cannot be said of this kind of tokenizer
     */
    public Map<Integer, byte[]> tokenTexts() {
        try {
            return TokenTexts.read(MAPPER.readTree(json), Set.copyOf(controlTokens.values()));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // of bytes in memory that were written as JSON
        }
    }

    private static String replaceAll(Pattern pattern, String text, Map<String, String> replacements) {
        return pattern.matcher(text).replaceAll(match -> Matcher.quoteReplacement(replacements.get(match.group())));
    }

    /** Lone surrogates, which no UTF-8 can hold, become U+FFFD. */
    private static String wellFormed(String text) {
        boolean lone = text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE);
        return lone
                ? text.codePoints()
                        .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : text;
    }

    private <T> T whileOpen(Supplier<T> call) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer is closed: open the model again to use it");
            }
            return call.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                tokenizer.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
