package org.steering4j.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Reads normalizers, pre-tokenizers and decoders. Known types and parameters are allowed; all else, and what could not be run safely on any text, is an
 * {@link IllegalArgumentException}. For one file; not thread-safe.
 */
final class ComponentReader {

    private static final int MAXIMUM_COMPONENTS = 50;
    private static final int MAXIMUM_DEPTH = 10;
    private static final int MAXIMUM_TEXT = 1_000;
    /** Published normalizers stay far below it. */
    private static final int MAXIMUM_GROWTH = 10_000;

    private int components;
    private int depth;
    /** Whether what was read last writes bytes as characters, and nothing after it changes them. */
    private boolean visibleBytes;

    boolean visibleBytes() {
        return visibleBytes;
    }

    private Component open(String kind, JsonNode json) {
        Component component = new Component(kind, json);
        if (++components > MAXIMUM_COMPONENTS) {
            throw new IllegalArgumentException(
                    "it has more than %d normalizers, pre-tokenizers and decoders".formatted(MAXIMUM_COMPONENTS));
        }
        return component;
    }

    private <T> List<T> children(Component component, String name, Function<JsonNode, T> reader) {
        if (++depth > MAXIMUM_DEPTH) {
            throw new IllegalArgumentException("its components are nested more than %d deep".formatted(MAXIMUM_DEPTH));
        }
        List<T> children = new ArrayList<>();
        for (JsonNode child : component.list(name)) {
            children.add(reader.apply(child));
        }
        depth--;
        return children;
    }

    Normalizer normalizer(JsonNode json) {
        if (isNone(json)) {
            return new Normalizer.InOrder(List.of());
        }
        Normalizer normalizer = anyNormalizer(json);
        if (normalizer.growth() > MAXIMUM_GROWTH) {
            throw new IllegalArgumentException(
                    "its normalizers may make a text more than %d times as long".formatted(MAXIMUM_GROWTH));
        }
        return normalizer;
    }

    private Normalizer anyNormalizer(JsonNode json) {
        Component component = open("normalizer", json);
        visibleBytes = component.type().equals("ByteLevel");
        Normalizer normalizer = switch (component.type()) {
            case "Sequence" -> new Normalizer.InOrder(children(component, "normalizers", this::anyNormalizer));
            case "NFC" -> new Normalizer.UnicodeForm(Form.NFC);
            case "NFD" -> new Normalizer.UnicodeForm(Form.NFD);
            case "NFKC" -> new Normalizer.UnicodeForm(Form.NFKC);
            case "NFKD" -> new Normalizer.UnicodeForm(Form.NFKD);
            case "Lowercase" -> new Normalizer.Lowercase();
            case "Prepend" -> new Normalizer.Prepend(component.text("prepend", 1, MAXIMUM_TEXT));
            case "Replace" -> replaceNormalizer(component);
            case "Strip" -> new Normalizer.Strip(component.flag("strip_left"), component.flag("strip_right"));
            case "StripAccents" -> Normalizer.withoutAccents();
            case "Nmt" -> Normalizer.nmt();
            case "BertNormalizer" -> bertNormalizer(component);
            case "ByteLevel" -> new Normalizer.ByteLevel();
            case "Precompiled" -> precompiled(component);
            default -> throw component.unsupported();
        };
        component.requireNoMore();
        return normalizer;
    }

    private static Normalizer precompiled(Component component) {
        String map = component.text("precompiled_charsmap", 1, Integer.MAX_VALUE);
        try {
            return new Precompiled(map);
        } catch (IllegalArgumentException e) {
            throw component.wrong(e);
        }
    }

    private static Normalizer replaceNormalizer(Component component) {
        JsonNode pattern = component.pattern();
        String content = component.text("content", 0, MAXIMUM_TEXT);
        int length = pattern.path("String").asText().length();
        return new Normalizer.Replace(textPattern(component), content, Math.max(1, length), length);
    }

    private static TextPattern textPattern(Component component) {
        JsonNode pattern = component.pattern();
        JsonNode literal = pattern.path("String");
        if (literal.isTextual()) {
            String text = literal.asText();
            if (text.isEmpty() || text.length() > MAXIMUM_TEXT || !Component.isWellFormed(text)) {
                throw component.wrong("pattern", "a text of 1 to %d characters".formatted(MAXIMUM_TEXT));
            }
            return TextPattern.literal(text);
        }
        try {
            return RegularExpression.of(pattern.get("Regex").asText());
        } catch (UnsupportedPatternException e) {
            throw component.wrong(new IllegalArgumentException(
                    "its pattern is %s: %s".formatted(Component.shown(pattern.get("Regex")), e.getMessage()), e));
        }
    }

    private static Normalizer bertNormalizer(Component component) {
        boolean lowercase = component.flag("lowercase");
        List<Normalizer> steps = new ArrayList<>();
        if (component.flag("clean_text")) {
            steps.add(Normalizer.cleanText());
        }
        if (component.flag("handle_chinese_chars")) {
            steps.add(Normalizer.chineseCharacters());
        }
        if (component.flag("strip_accents", lowercase)) {
            steps.add(Normalizer.withoutNonspacingMarks());
        }
        if (lowercase) {
            steps.add(new Normalizer.Lowercase());
        }
        return new Normalizer.InOrder(steps);
    }

    /** To be read after the normalizer. */
    PreTokenizer preTokenizer(JsonNode json) {
        return isNone(json) ? new PreTokenizer.InOrder(List.of()) : anyPreTokenizer(json);
    }

    private PreTokenizer anyPreTokenizer(JsonNode json) {
        Component component = open("pre-tokenizer", json);
        visibleBytes = component.type().equals("ByteLevel")
                || visibleBytes && !component.type().equals("Metaspace");
        PreTokenizer preTokenizer = switch (component.type()) {
            case "Sequence" -> new PreTokenizer.InOrder(children(component, "pretokenizers", this::anyPreTokenizer));
            case "ByteLevel" -> byteLevel(component);
            case "Split" ->
                new PreTokenizer.Split(textPattern(component), behavior(component, null), component.flag("invert"));
            case "Metaspace" ->
                metaspace(
                        component,
                        (replacement, scheme) ->
                                new PreTokenizer.Metaspace(replacement, scheme, component.flag("split", true)));
            case "Digits" ->
                new PreTokenizer.Split(
                        TextPattern.each(CharacterSets.NUMBER::contains),
                        component.flag("individual_digits")
                                ? PreTokenizer.Behavior.ISOLATED
                                : PreTokenizer.Behavior.CONTIGUOUS,
                        false);
            case "Punctuation" -> new PreTokenizer.Split(punctuation(), behavior(component, "Isolated"), false);
            case "Whitespace" -> new PreTokenizer.Split(words(), PreTokenizer.Behavior.REMOVED, true);
            case "WhitespaceSplit" -> whiteSpaceSplit();
            case "BertPreTokenizer" ->
                new PreTokenizer.InOrder(List.of(
                        whiteSpaceSplit(),
                        new PreTokenizer.Split(punctuation(), PreTokenizer.Behavior.ISOLATED, false)));
            case "CharDelimiterSplit" ->
                new PreTokenizer.Split(
                        TextPattern.literal(component.character("delimiter")), PreTokenizer.Behavior.REMOVED, false);
            case "FixedLength" -> new PreTokenizer.FixedLength(component.number("length", 1, Integer.MAX_VALUE));
            default -> throw component.unsupported();
        };
        component.requireNoMore();
        return preTokenizer;
    }

    private static PreTokenizer byteLevel(Component component) {
        component.ignore("trim_offsets");
        boolean split = component.flag("use_regex", true);
        return new PreTokenizer.ByteLevel(
                component.flag("add_prefix_space"), split ? RegularExpression.of(PreTokenizer.ByteLevel.GPT_2) : null);
    }

    private static PreTokenizer.Behavior behavior(Component component, String otherwise) {
        String name = component.oneOf(
                "behavior",
                otherwise,
                List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"));
        return switch (name) {
            case "Removed" -> PreTokenizer.Behavior.REMOVED;
            case "Isolated" -> PreTokenizer.Behavior.ISOLATED;
            case "MergedWithPrevious" -> PreTokenizer.Behavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> PreTokenizer.Behavior.MERGED_WITH_NEXT;
            default -> PreTokenizer.Behavior.CONTIGUOUS;
        };
    }

    private static <T> T metaspace(Component component, BiFunction<String, PreTokenizer.PrependScheme, T> maker) {
        component.ignore("str_rep");
        String scheme = component.oneOf("prepend_scheme", "always", List.of("always", "first", "never"));
        if (!component.flag("add_prefix_space", true) && !scheme.equals("never")) {
            throw component.wrong("prepend_scheme", "never, since add_prefix_space is false,");
        }
        return maker.apply(
                component.character("replacement"),
                switch (scheme) {
                    case "always" -> PreTokenizer.PrependScheme.ALWAYS;
                    case "first" -> PreTokenizer.PrependScheme.FIRST;
                    default -> PreTokenizer.PrependScheme.NEVER;
                });
    }

    private static TextPattern punctuation() {
        CharacterSet punctuation = CharacterSets.named("OlderPunctuation").or(CharacterSets.ASCII_PUNCTUATION);
        return TextPattern.each(punctuation::contains);
    }

    /** Words, and what is neither a word nor white space. */
    private static TextPattern words() {
        CharacterSet word = CharacterSets.WORD.or(CharacterSet.of(0x200C, 0x200D));
        CharacterSet other = word.or(CharacterSets.WHITE_SPACE).complement();
        return new RegularExpression(new PatternNode.FirstOf(List.of(oneOrMore(word), oneOrMore(other))));
    }

    private static PatternNode oneOrMore(CharacterSet set) {
        return new PatternNode.Repeated(new PatternNode.OneOf(set), 1, PatternNode.Repeated.UNBOUNDED, true);
    }

    private static PreTokenizer whiteSpaceSplit() {
        return new PreTokenizer.Split(
                TextPattern.each(CharacterSets.WHITE_SPACE::contains), PreTokenizer.Behavior.REMOVED, false);
    }

    /** Null if there is none. */
    Decoder decoder(JsonNode json) {
        if (isNone(json)) {
            return null;
        }
        Decoder decoder = anyDecoder(json);
        if (decoder.growth() > MAXIMUM_GROWTH) {
            throw new IllegalArgumentException(
                    "its decoders may make a text more than %d times as long".formatted(MAXIMUM_GROWTH));
        }
        return decoder;
    }

    private Decoder anyDecoder(JsonNode json) {
        Component component = open("decoder", json);
        Decoder decoder = switch (component.type()) {
            case "Sequence" -> new Decoder.InOrder(children(component, "decoders", this::anyDecoder));
            case "ByteLevel" -> {
                component.ignore("add_prefix_space", "trim_offsets", "use_regex");
                yield new Decoder.ByteLevel();
            }
            case "ByteFallback" -> new Decoder.ByteFallback();
            case "Fuse" -> new Decoder.Fuse();
            case "Metaspace" -> {
                component.ignore("split");
                yield metaspace(
                        component,
                        (replacement, scheme) ->
                                new Decoder.Metaspace(replacement, scheme != PreTokenizer.PrependScheme.NEVER));
            }
            case "Replace" -> replaceDecoder(component);
            case "Strip" ->
                Decoder.strip(
                        component.character("content"),
                        component.number("start", 0, Integer.MAX_VALUE),
                        component.number("stop", 0, Integer.MAX_VALUE));
            case "WordPiece" ->
                new Decoder.WordPiece(component.text("prefix", 0, MAXIMUM_TEXT), component.flag("cleanup"));
            case "BPEDecoder" -> new Decoder.EndOfWord(component.text("suffix", 1, MAXIMUM_TEXT));
            default -> throw component.unsupported();
        };
        component.requireNoMore();
        return decoder;
    }

    private static Decoder replaceDecoder(Component component) {
        TextPattern pattern = textPattern(component);
        String content = component.text("content", 0, MAXIMUM_TEXT);
        int length = component.pattern().path("String").asText().length();
        int growth = new Normalizer.Replace(pattern, content, Math.max(1, length), length).growth();
        return new Decoder.Each(token -> Normalizer.Replace.replaced(token, pattern.in(token), content), growth);
    }

    /** Post-processors put tokens around a text, which nobody asks for here; but it must be one that is known. */
    void requirePostProcessor(JsonNode json) {
        if (isNone(json)) {
            return;
        }
        Component component = open("post-processor", json);
        switch (component.type()) {
            case "Sequence" ->
                children(component, "processors", child -> {
                    requirePostProcessor(child);
                    return child;
                });
            case "TemplateProcessing", "ByteLevel", "BertProcessing", "RobertaProcessing" -> {
                // adds nothing unless asked to
            }
            default -> throw component.unsupported();
        }
    }

    private static boolean isNone(JsonNode json) {
        return json.isMissingNode() || json.isNull();
    }
}
