package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.prompt.jinja.Text;
import org.steering4j.tokenizer.AddedToken;
import org.steering4j.tokenizer.Tokenizer;
import org.steering4j.tokenizer.TokenizerFile;

/**
 * Text to token ids and back, by the {@code tokenizer.json} of a model folder. It knows nothing of conversations and adds no token of its
 * own, such as a beginning-of-text token.
 *
 * <p>A tokenizer takes every special token that it finds in a text for the real one. Here, control tokens are taken only where the chat template
 * wrote them: {@code <|im_end|>} in a user's message is five or ten ordinary tokens. A control token is an added token that the
 * tokenizer calls special, that looks like {@code <|fim_prefix|>}, that the chat template spells out, or that stands around tool calls or
 * thinking.
 *
 * <p>Thread-safe. There is nothing to return; but a closed tokenizer throws {@link IllegalStateException}.
 */
public final class TextTokenizer implements AutoCloseable {

    /** Some tokenizers do not call all of these special. The bars may be those of East Asian scripts. */
    private static final Pattern CONTROL_BY_NAME = Pattern.compile("<[|\uFF5C].*[|\uFF5C]>");
    /** No control token holds it. */
    private static final char NO_CHARACTER = '\uFFFF';

    private static final IntPredicate NOWHERE = place -> false;

    private final Tokenizer tokenizer;
    private final JsonNode decoder;
    private final JsonNode postProcessor;
    private final OptionalInt unknownToken;
    private final Map<String, Integer> controlTokens = new LinkedHashMap<>();
    /** What stands for a control token while a text is decoded, by id: nobody can guess it, so that no other token writes it. */
    private final Map<Integer, String> aliases = new HashMap<>();

    private final Map<String, Integer> controlTokenByAlias = new HashMap<>();
    private final Pattern anyAlias;
    private final Set<Integer> hiddenTokens = new HashSet<>();
    private volatile boolean closed;

    private TextTokenizer(TokenizerFile file, Set<Integer> control) {
        this.tokenizer = file.tokenizer(token -> control.contains(token.id()));
        this.decoder = file.part("decoder");
        this.postProcessor = file.part("post_processor");
        this.unknownToken = file.unknownToken();
        String secret = UUID.randomUUID().toString().replace("-", "");
        for (AddedToken token : file.addedTokens()) {
            if (control.contains(token.id())) {
                String alias = "<" + secret + "x" + aliases.size() + ">";
                controlTokens.put(token.content(), token.id());
                aliases.put(token.id(), alias);
                controlTokenByAlias.put(alias, token.id());
            }
            if (token.special()) {
                hiddenTokens.add(token.id());
            }
        }
        this.anyAlias = Pattern.compile("<" + secret + "x[0-9]+>");
    }

    /**
     * @param templateText the chat template's source, or an empty string
     * @param marks what else is a control token where the tokenizer has a token for it, such as what stands around a tool call
     * @param embeddingRows how many tokens the model has embeddings of, if that is known; there may be more of them than the tokenizer has
     *     tokens
     */
    static TextTokenizer open(Path folder, String templateText, Collection<String> marks, OptionalInt embeddingRows) {
        Path path = folder.resolve("tokenizer.json");
        if (!Files.exists(path)) {
            throw new ModelFolderException(
                    path
                            + " is missing: download it, or, where the model came without, make it with AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) of Python's transformers");
        }
        TokenizerFile file = TokenizerFile.read(path);
        int rows = embeddingRows.orElse(Integer.MAX_VALUE);
        requireFits(path, file, templateText, rows);
        Set<Integer> control = file.addedTokens().stream()
                .filter(token -> isControl(token, templateText, marks, rows))
                .map(AddedToken::id)
                .collect(Collectors.toSet());
        return new TextTokenizer(file, control);
    }

    /** Tokens that were added without an embedding may be there, as long as nothing writes them. */
    private static void requireFits(Path path, TokenizerFile file, String templateText, int rows) {
        int highest = file.addedTokens().stream()
                .filter(token -> templateText.contains(token.content()))
                .mapToInt(AddedToken::id)
                .reduce(file.highestId(), Math::max);
        if (highest >= rows) {
            throw new ModelFolderException(
                    "%s has token ids up to %d, but the model has embeddings of %d tokens, ids 0 to %d (vocab_size in config.json): take the tokenizer files that belong to the weights"
                            .formatted(path, highest, rows, rows - 1));
        }
    }

    /** A token without embedding is one, so that no text is encoded as it. */
    private static boolean isControl(AddedToken token, String templateText, Collection<String> marks, int rows) {
        String content = token.content();
        return token.special()
                || token.id() >= rows
                || CONTROL_BY_NAME.matcher(content).matches()
                || !content.isBlank() && (templateText.contains(content) || marks.contains(content));
    }

    /** Encodes all of it as ordinary text. */
    public int[] encode(String text) {
        return encode(text, NOWHERE);
    }

    /** Encodes text that we wrote ourselves: control tokens in it become control tokens. Never for text from a user. */
    public int[] encodeWithControlTokens(String text) {
        return encode(text, place -> true);
    }

    /** Encodes what a template wrote: control tokens become control tokens if all of their characters are the template's own. */
    int[] encode(Text rendered) {
        String own = rendered.withForeignAs(NO_CHARACTER);
        return encode(rendered.toString(), place -> own.charAt(place) != NO_CHARACTER);
    }

    private int[] encode(String text, IntPredicate allowed) {
        requireOpen();
        return tokenizer.encode(text, allowed);
    }

    /** How many tokens a text has at least, by its length alone; 0 if that says nothing with this tokenizer. */
    long leastTokens(Text rendered) {
        return tokenizer.leastTokens(rendered.toString());
    }

    /**
     * Encodes text as it would be encoded after a line break within a longer text: some tokenizers put a space before the first word of a
     * text, which the beginning of an answer must not get.
     */
    public int[] encodeContinuation(String text) {
        String control =
                controlTokens.isEmpty() ? "" : controlTokens.keySet().iterator().next();
        String before = control + "\n";
        int[] prefix = encode(before, place -> place < control.length());
        int[] whole = encode(before + text, place -> place < control.length());
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
        requireOpen();
        int[] ids = Arrays.stream(tokens)
                .filter(token -> !isHidden(token, shown.keySet()))
                .toArray();
        if (ids.length == 0) {
            return "";
        }
        String text = tokenizer.decode(ids, aliases::get);
        return Arrays.stream(ids).noneMatch(aliases::containsKey)
                ? text
                : anyAlias.matcher(text).replaceAll(alias -> {
                    int token = controlTokenByAlias.get(alias.group());
                    return Matcher.quoteReplacement(shown.getOrDefault(token, tokenizer.token(token)));
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

    /** The part of the file that says which tokens are put around a text. */
    JsonNode postProcessor() {
        return postProcessor;
    }

    /**
     * The bytes that each token writes in the middle of a text, by id. Control tokens are left out. Made anew at every call.
     *
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if that cannot be said of this kind of tokenizer
     */
    public Map<Integer, byte[]> tokenTexts() {
        return TokenTexts.read(tokenizer, decoder, unknownToken, Set.copyOf(controlTokens.values()));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the tokenizer is closed: open the model again to use it");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
