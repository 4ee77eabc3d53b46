package org.steering4j.prompt;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes tokenizers of a few hundred tokens, in the two styles of open models, and the templates that go with them. */
public final class SmallTokenizers {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** In our own words: what ChatML templates do. */
    public static final String CHATML = """
            {%- for message in messages %}
                {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|im_start|>assistant\\n' }}
            {%- endif %}
            """;

    private SmallTokenizers() {}

    /**
     * Byte-level, as GPT-2, Llama 3 and Qwen: 256 bytes, some merges, control tokens beyond the vocabulary.
     *
     * @param more special tokens, instead of those around tool calls of Hermes and Qwen
     */
    public static Path byteLevel(Path folder, String template, String... more) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (int value = 0; value < 256; value++) {
            vocabulary.put(byteLevelCharacter(value), vocabulary.size());
        }
        List<String> merges =
                List.of("h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "Ċ Ċ", "u s", "e r");
        for (String merge : merges) {
            vocabulary.put(merge.replace(" ", ""), vocabulary.size());
        }
        List<Object> added = new ArrayList<>();
        for (String special : List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_end|>x", "[INST]")) {
            added.add(addedToken(vocabulary.size() + added.size(), special, true));
        }
        for (String plain : more.length > 0 ? List.of("<b>") : List.of("<tool_call>", "</tool_call>", "<b>")) {
            added.add(addedToken(vocabulary.size() + added.size(), plain, false));
        }
        for (String special : more) {
            added.add(addedToken(vocabulary.size() + added.size(), special, true));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", "1.0");
        json.put("added_tokens", added);
        json.put("normalizer", null);
        json.put(
                "pre_tokenizer",
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true));
        json.put("post_processor", null);
        json.put(
                "decoder",
                Map.of("type", "ByteLevel", "add_prefix_space", true, "trim_offsets", true, "use_regex", true));
        json.put("model", model(vocabulary, merges, false));
        write(folder, json, Map.of("eos_token", "<|im_end|>", "chat_template", template));
        return folder;
    }

    /** SentencePiece style, as Llama 2 and TinyLlama: a space before the first word, bytes as fallback, control tokens in the vocabulary. */
    public static Path byteFallback(Path folder, String template) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (String special : List.of("<unk>", "<s>", "</s>")) {
            vocabulary.put(special, vocabulary.size());
        }
        for (int value = 0; value < 256; value++) {
            vocabulary.put("<0x%02X>".formatted(value), vocabulary.size());
        }
        for (char c = '!'; c <= '~'; c++) {
            vocabulary.put(String.valueOf(c), vocabulary.size());
        }
        vocabulary.put("▁", vocabulary.size());
        List<String> merges = List.of("▁ h", "e l", "▁h el", "l o", "▁hel lo", "▁ w", "▁ ▁");
        for (String merge : merges) {
            vocabulary.put(merge.replace(" ", ""), vocabulary.size());
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", "1.0");
        json.put(
                "added_tokens",
                List.of(addedToken(0, "<unk>", true), addedToken(1, "<s>", true), addedToken(2, "</s>", true)));
        json.put(
                "normalizer",
                Map.of(
                        "type",
                        "Sequence",
                        "normalizers",
                        List.of(
                                Map.of("type", "Prepend", "prepend", "▁"),
                                Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", "▁"))));
        json.put("pre_tokenizer", null);
        json.put(
                "post_processor",
                Map.of(
                        "type", "TemplateProcessing",
                        "single",
                                List.of(
                                        Map.of("SpecialToken", Map.of("id", "<s>", "type_id", 0)),
                                        Map.of("Sequence", Map.of("id", "A", "type_id", 0))),
                        "pair",
                                List.of(
                                        Map.of("Sequence", Map.of("id", "A", "type_id", 0)),
                                        Map.of("Sequence", Map.of("id", "B", "type_id", 1))),
                        "special_tokens",
                                Map.of("<s>", Map.of("id", "<s>", "ids", List.of(1), "tokens", List.of("<s>")))));
        json.put(
                "decoder",
                Map.of(
                        "type",
                        "Sequence",
                        "decoders",
                        List.of(
                                Map.of("type", "Replace", "pattern", Map.of("String", "▁"), "content", " "),
                                Map.of("type", "ByteFallback"),
                                Map.of("type", "Fuse"),
                                Map.of("type", "Strip", "content", " ", "start", 1, "stop", 0))));
        json.put("model", model(vocabulary, merges, true));
        write(
                folder,
                json,
                Map.of("bos_token", "<s>", "eos_token", Map.of("content", "</s>"), "chat_template", template));
        return folder;
    }

    private static Map<String, Object> model(
            Map<String, Integer> vocabulary, List<String> merges, boolean byteFallback) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("type", "BPE");
        model.put("dropout", null);
        model.put("unk_token", byteFallback ? "<unk>" : null);
        model.put("continuing_subword_prefix", null);
        model.put("end_of_word_suffix", null);
        model.put("fuse_unk", byteFallback);
        model.put("byte_fallback", byteFallback);
        model.put("vocab", vocabulary);
        model.put("merges", merges);
        return model;
    }

    private static Map<String, Object> addedToken(int id, String content, boolean special) {
        Map<String, Object> token = new LinkedHashMap<>();
        token.put("id", id);
        token.put("content", content);
        token.put("single_word", false);
        token.put("lstrip", false);
        token.put("rstrip", false);
        token.put("normalized", false);
        token.put("special", special);
        return token;
    }

    /** GPT-2's way to write every byte as a visible character. */
    private static String byteLevelCharacter(int value) {
        boolean visible = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
        if (visible) {
            return String.valueOf((char) value);
        }
        int rank = value <= ' ' ? value : value <= 0xA0 ? value - 0x7F + 33 : 67;
        return String.valueOf((char) (256 + rank));
    }

    private static void write(Path folder, Object tokenizer, Object configuration) {
        try {
            Files.createDirectories(folder);
            MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
            MAPPER.writeValue(folder.resolve("tokenizer_config.json").toFile(), configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
