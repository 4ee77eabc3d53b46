package org.steering4j.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * Text to token ids and back, as a {@code tokenizer.json} says: added tokens are cut out of the text, the rest is normalized, split into pieces, and
 * each piece becomes tokens of the model. It gives the ids that Hugging Face's tokenizers 0.21 give without special tokens put around the
 * text, nor truncation or padding. It knows nothing of conversations.
 *
 * <p>Immutable and thread-safe. Time is linear in the text's length, but for the logarithm of the longest piece's; nothing recurses on a
 * text.
 */
public final class Tokenizer {

    private final String[] tokens;
    private final List<AddedToken> addedTokens;
    /** Looked for in the text as it is, and in the normalized text. */
    private final AddedTokens plain;

    private final AddedTokens normalized;
    private final Normalizer normalizer;
    private final PreTokenizer preTokenizer;
    private final Model model;
    private final Decoder decoder;
    private final int mostCharactersPerToken;
    private final boolean losesWhiteSpace;

    /**
     * @param tokens texts by id, those of added tokens included; null where there is none
     * @param control ids of added tokens that count only where that is allowed; they are looked for in the text as it is
     * @param decoder null if tokens are put together with blanks between them
     */
    Tokenizer(
            String[] tokens,
            List<AddedToken> addedTokens,
            IntPredicate control,
            Normalizer normalizer,
            PreTokenizer preTokenizer,
            Model model,
            Decoder decoder) {
        this.tokens = tokens;
        this.addedTokens = addedTokens;
        this.normalizer = normalizer;
        this.preTokenizer = preTokenizer;
        this.model = model;
        this.decoder = decoder;
        List<AddedToken> inPlain = new ArrayList<>();
        List<String> plainTexts = new ArrayList<>();
        List<AddedToken> inNormalized = new ArrayList<>();
        List<String> normalizedTexts = new ArrayList<>();
        int longest = 0;
        for (boolean special : new boolean[] {true, false}) {
            for (AddedToken token : addedTokens) {
                if (token.special() == special) {
                    boolean asItIs = !token.normalized() || control.test(token.id());
                    String text = asItIs
                            ? token.content()
                            : normalizer.normalize(Piece.whole(token.content())).text();
                    if (text.isEmpty()) {
                        throw new IllegalArgumentException("its added token %d, \"%s\", is empty once it is normalized"
                                .formatted(token.id(), token.content()));
                    }
                    (asItIs ? inPlain : inNormalized).add(token);
                    (asItIs ? plainTexts : normalizedTexts).add(text);
                    longest = Math.max(longest, text.length());
                }
            }
        }
        this.plain = new AddedTokens(inPlain, plainTexts, control);
        this.normalized = new AddedTokens(inNormalized, normalizedTexts, id -> false);
        this.losesWhiteSpace = addedTokens.stream().anyMatch(token -> token.leftStrip() || token.rightStrip());
        long most = preTokenizer.drops() || model.mostCharactersPerToken() == 0
                ? 0
                : (long) Math.max(longest, model.mostCharactersPerToken()) * normalizer.shrinkage();
        this.mostCharactersPerToken = (int) Math.min(Integer.MAX_VALUE, most);
    }

    /** The ids of a text; wherever an added token is written in it, that token. */
    public int[] encode(String text) {
        return encode(text, place -> true);
    }

    /**
     * The ids of a text. A lone surrogate counts as U+FFFD.
     *
     * @param allowed at which places, counted in chars, a character may belong to a control token
     */
    public int[] encode(String text, IntPredicate allowed) {
        TokenList ids = new TokenList();
        plain.split(
                Piece.whole(wellFormed(text)),
                allowed,
                between -> {
                    Piece piece = normalizer.normalize(between);
                    normalized.split(
                            piece,
                            place -> true,
                            part -> preTokenizer.split(part, last -> model.encode(last.text(), ids)),
                            ids::add);
                },
                ids::add);
        return ids.toArray();
    }

    private static String wellFormed(String text) {
        StringBuilder mended = null;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1))) {
                    at++;
                } else {
                    mended = mended == null ? new StringBuilder(text) : mended;
                    mended.setCharAt(at, '\uFFFD');
                }
            }
        }
        return mended == null ? text : mended.toString();
    }

    /** How many tokens a text has at least, by its length alone; 0 if that says nothing with this tokenizer. */
    public long leastTokens(String text) {
        if (mostCharactersPerToken == 0) {
            return 0;
        }
        long characters = losesWhiteSpace
                ? text.chars()
                        .filter(c -> !CharacterSets.WHITE_SPACE.contains(c))
                        .count()
                : text.length();
        return (characters + mostCharactersPerToken - 1) / mostCharactersPerToken;
    }

    /** The text of tokens, special ones included; ids that there are no tokens of are left out. */
    public String decode(int... ids) {
        return decode(ids, id -> null);
    }

    /** @param instead what stands in the place of a token's text before it is decoded; null for the text itself */
    public String decode(int[] ids, IntFunction<String> instead) {
        List<String> texts = new ArrayList<>(ids.length);
        for (int id : ids) {
            String text = instead.apply(id);
            text = text == null ? token(id) : text;
            if (text != null) {
                texts.add(text);
            }
        }
        return decoder == null ? String.join(" ", texts) : String.join("", decoder.decode(texts));
    }

    /** The text of a token, as the file has it; null if there is no such token. */
    public String token(int id) {
        return id >= 0 && id < tokens.length ? tokens[id] : null;
    }

    /** All ids are below it; there may be gaps. */
    public int idBound() {
        return tokens.length;
    }

    /** In the order of the file. */
    public List<AddedToken> addedTokens() {
        return addedTokens;
    }
}
