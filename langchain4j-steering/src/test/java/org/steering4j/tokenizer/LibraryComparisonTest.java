package org.steering4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.internal.OfflineMode;

/**
 * The same ids and texts as Hugging Face's own library, which is native and among the dependencies of tests only. {@code unigram.json} and
 * {@code word-piece.json} were trained by it on the corpus of {@code make.py}; SentencePiece made the table of characters of the first from
 * nine rules.
 */
class LibraryComparisonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static {
        OfflineMode.enter();
    }

    @TempDir
    Path folder;

    private Path resource(String name) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        try (InputStream json = LibraryComparisonTest.class.getResourceAsStream(name)) {
            Files.copy(json, file);
        }
        return file;
    }

    private static void requireSame(Path file, int texts) throws IOException {
        Tokenizer tokenizer = TokenizerFile.read(file).tokenizer();
        RandomTexts random = new RandomTexts(42);
        Random ids = new Random(43);
        try (HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(
                file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"))) {
            for (int i = 0; i < texts; i++) {
                String text = random.next();
                String wellFormed = text.codePoints()
                        .map(point -> Character.getType(point) == Character.SURROGATE ? 0xFFFD : point)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
                long[] expected = library.encode(wellFormed, false, false).getIds();
                int[] encoded = tokenizer.encode(text);
                assertThat(Arrays.stream(encoded).asLongStream().toArray())
                        .as(text)
                        .containsExactly(expected);
                assertThat(tokenizer.decode(encoded)).as(text).isEqualTo(library.decode(expected, false));
                int[] any = ids.ints(12, 0, tokenizer.idBound() + 3).toArray();
                assertThat(tokenizer.decode(any))
                        .as(Arrays.toString(any))
                        .isEqualTo(
                                library.decode(Arrays.stream(any).asLongStream().toArray(), false));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/tokenizers/llama-2.json",
                "/tokenizers/llama-3.json",
                "/tokenizers/mistral-metaspace.json",
                "/tokenizers/tekken.json",
                "/tokenizers/qwen.json",
                "/tokenizers/gemma.json",
                "/tokenizers/phi-3.json",
                "/tokenizers/gpt-2.json",
                "/org/steering4j/embedded/tokenizer.json"
            })
    void should_give_the_ids_and_the_texts_of_the_library(String name) throws IOException {
        requireSame(resource(name), 300);
    }

    /** The tables of one tokenizer with the components of others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'normalizer':{'type':'NFKC'},'pre_tokenizer':{'type':'Digits','individual_digits':false}}",
                "{'normalizer':{'type':'Sequence','normalizers':[{'type':'NFD'},{'type':'StripAccents'},{'type':'Lowercase'}]}}",
                "{'normalizer':{'type':'Sequence','normalizers':[{'type':'Nmt'},{'type':'Strip','strip_left':true,'strip_right':true},{'type':'NFKD'}]}}",
                "{'normalizer':{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':null,'lowercase':true},'pre_tokenizer':{'type':'BertPreTokenizer'}}",
                "{'normalizer':{'type':'Replace','pattern':{'Regex':' {2,}|\\\\t'},'content':'▁'},'pre_tokenizer':{'type':'Metaspace','replacement':'▁','prepend_scheme':'first','split':true}}",
                "{'normalizer':{'type':'ByteLevel'},'pre_tokenizer':{'type':'FixedLength','length':3},'decoder':{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}}",
                "{'pre_tokenizer':{'type':'Sequence','pretokenizers':[{'type':'Punctuation','behavior':'Contiguous'},{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true},{'type':'Split','pattern':{'Regex':'[0-9][0-9][0-9]'},'behavior':'Isolated','invert':false}]}}",
                "{'pre_tokenizer':{'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'Regex':'\\\\p{N}{1,3}'},'behavior':'Isolated','invert':false},{'type':'Split','pattern':{'Regex':'[一-龥぀-ゟ゠-ヿ]+'},'behavior':'Isolated','invert':false},{'type':'Split','pattern':{'Regex':'[!\\\"#$%&\\u0027()*+,\\\\-./:;<=>?@\\\\[\\\\\\\\\\\\]^_`{|}~][A-Za-z]+|[^\\\\r\\\\n\\\\p{L}\\\\p{P}\\\\p{S}]?[\\\\p{L}\\\\p{M}]+| ?[\\\\p{P}\\\\p{S}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+'},'behavior':'Isolated','invert':false}]}}",
                "{'pre_tokenizer':{'type':'Split','pattern':{'Regex':'\\\\s+'},'behavior':'MergedWithNext','invert':false}}",
                "{'pre_tokenizer':{'type':'Split','pattern':{'String':' '},'behavior':'MergedWithPrevious','invert':true}}",
                "{'pre_tokenizer':{'type':'Split','pattern':{'Regex':'\\\\p{L}++|\\\\b\\\\d'},'behavior':'Removed','invert':true}}",
                "{'pre_tokenizer':{'type':'Whitespace'},'decoder':{'type':'WordPiece','prefix':'##','cleanup':true}}",
                "{'pre_tokenizer':{'type':'WhitespaceSplit'},'decoder':{'type':'BPEDecoder','suffix':'</w>'}}",
                "{'pre_tokenizer':{'type':'CharDelimiterSplit','delimiter':'l'},'decoder':{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}}",
                "{'decoder':{'type':'Sequence','decoders':[{'type':'ByteFallback'},{'type':'Fuse'},{'type':'Strip','content':'h','start':2,'stop':0}]}}"
            })
    void should_run_components_as_the_library_does(String components) throws IOException {
        ObjectNode changed =
                (ObjectNode) MAPPER.readTree(components.replace('\'', '"').replace("\\u0027", "'"));
        for (String style : new String[] {"llama-2", "gpt-2", "unigram"}) {
            Path file = resource("/tokenizers/" + style + ".json");
            ObjectNode json = (ObjectNode) MAPPER.readTree(file.toFile());
            json.setAll(changed);
            MAPPER.writeValue(file.toFile(), json);
            requireSame(file, 40);
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tokenizers/unigram.json", "/tokenizers/word-piece.json"})
    void should_run_the_other_models_as_the_library_does(String name) throws IOException {
        requireSame(resource(name), 300);
    }

    /** Added tokens of every kind, some of which touch or contain each other. */
    @ParameterizedTest
    @ValueSource(strings = {"lstrip", "rstrip", "single_word", "normalized"})
    void should_find_added_tokens_as_the_library_does(String flag) throws IOException {
        Path file = resource("/tokenizers/qwen.json");
        ObjectNode json = (ObjectNode) MAPPER.readTree(file.toFile());
        int id = 337;
        for (String content : new String[] {"hello wo", "he l", "<|im", "你好", " x", "▁", "..", "\n"}) {
            ObjectNode token =
                    json.withArray("added_tokens").addObject().put("id", id++).put("content", content);
            for (String each : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
                token.put(each, each.equals(flag) || each.equals("special") && id % 2 == 0);
            }
        }
        MAPPER.writeValue(file.toFile(), json);
        requireSame(file, 300);
    }

    static List<String> publishedPatterns() {
        String letters = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
        String capitals = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";
        String contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
        String rest = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        return List.of(
                PreTokenizer.ByteLevel.GPT_2,
                contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + rest,
                contractions + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
                        + rest,
                letters + contractions + "?|" + capitals + contractions
                        + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + rest,
                "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
                        + rest,
                " ?[^(\\s|[.,!?…。，、।۔،])]+",
                "[\\p{Han}]+|[\\p{L}&&[^\\p{Han}]]+|\\p{N}");
    }

    @ParameterizedTest
    @MethodSource("publishedPatterns")
    void should_split_by_published_patterns_as_the_library_does(String pattern) throws IOException {
        Path file = resource("/tokenizers/gpt-2.json");
        ObjectNode json = (ObjectNode) MAPPER.readTree(file.toFile());
        ArrayNode steps =
                json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        steps.addObject()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false)
                .putObject("pattern")
                .put("Regex", pattern);
        steps.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
        MAPPER.writeValue(file.toFile(), json);
        requireSame(file, 100);
    }
}
