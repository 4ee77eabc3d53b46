package org.steering4j.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A trained byte-pair encoding, which can write the files of a Hugging Face tokenizer.
 *
 * <p>Encoding is lossless from any segment: nothing is put before the first word, and characters outside the vocabulary
 * become bytes.
 *
 * @param vocabulary the tokens; a token's id is its place in the list
 */
public record BytePairEncoding(List<String> vocabulary, List<Merge> merges) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CONTEXT_LENGTH_TOKENS = 512;

    public BytePairEncoding {
        vocabulary = List.copyOf(vocabulary);
        merges = List.copyOf(merges);
    }

    /**
     * Writes {@code tokenizer.json}, {@code tokenizer_config.json}, {@code special_tokens_map.json},
     * {@code generation_config.json} and {@code chat_template.jinja} into the folder.
     */
    public void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        write(folder.resolve("tokenizer.json"), tokenizer());
        write(folder.resolve("tokenizer_config.json"), tokenizerConfiguration());
        write(folder.resolve("special_tokens_map.json"), specialTokens());
        write(folder.resolve("generation_config.json"), generationConfiguration());
        Files.writeString(folder.resolve("chat_template.jinja"), ChatMarkup.template());
    }

    private static void write(Path file, ObjectNode content) throws IOException {
        Files.writeString(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
    }

    private ObjectNode tokenizer() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (SpecialToken token : SpecialToken.values()) {
            ObjectNode entry = describe(token);
            entry.put("id", token.id());
            added.add(entry);
        }
        root.set("normalizer", replace(" ", Character.toString(BytePairEncodingTrainer.SPACE)));
        ObjectNode split = root.putObject("pre_tokenizer").put("type", "Split");
        split.putObject("pattern").put("Regex", BytePairEncodingTrainer.PIECE_PATTERN);
        split.put("behavior", "Isolated").put("invert", false);
        root.putNull("post_processor");
        ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        decoders.add(replace(Character.toString(BytePairEncodingTrainer.SPACE), " "));
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        root.set("model", model());
        return root;
    }

    private ObjectNode model() {
        ObjectNode model = MAPPER.createObjectNode();
        model.put("type", "BPE");
        model.putNull("dropout");
        model.putNull("unk_token");
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", false);
        model.put("byte_fallback", true);
        model.put("ignore_merges", false);
        ObjectNode ids = model.putObject("vocab");
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.put(vocabulary.get(id), id);
        }
        ArrayNode pairs = model.putArray("merges");
        merges.forEach(merge -> pairs.add(merge.left() + " " + merge.right()));
        return model;
    }

    private static ObjectNode tokenizerConfiguration() {
        ObjectNode root = MAPPER.createObjectNode();
        ObjectNode added = root.putObject("added_tokens_decoder");
        for (SpecialToken token : SpecialToken.values()) {
            added.set(Integer.toString(token.id()), describe(token));
        }
        root.put("add_bos_token", false);
        root.put("add_prefix_space", false);
        root.setAll(specialTokens());
        root.put("clean_up_tokenization_spaces", false);
        root.put("model_max_length", CONTEXT_LENGTH_TOKENS);
        root.put("tokenizer_class", "PreTrainedTokenizerFast");
        root.put("chat_template", ChatMarkup.template());
        return root;
    }

    private static ObjectNode specialTokens() {
        return MAPPER.createObjectNode()
                .put("bos_token", SpecialToken.END_OF_TEXT.text())
                .put("eos_token", SpecialToken.TURN_END.text())
                .put("pad_token", SpecialToken.END_OF_TEXT.text());
    }

    private static ObjectNode generationConfiguration() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("bos_token_id", SpecialToken.END_OF_TEXT.id());
        root.putArray("eos_token_id").add(SpecialToken.TURN_END.id()).add(SpecialToken.END_OF_TEXT.id());
        root.put("pad_token_id", SpecialToken.END_OF_TEXT.id());
        root.put("do_sample", true);
        root.put("temperature", 1.0);
        return root;
    }

    private static ObjectNode describe(SpecialToken token) {
        return MAPPER.createObjectNode()
                .put("content", token.text())
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", token.isHiddenWhenDecoded());
    }

    private static ObjectNode replace(String pattern, String content) {
        ObjectNode node = MAPPER.createObjectNode().put("type", "Replace");
        node.putObject("pattern").put("String", pattern);
        return node.put("content", content);
    }
}
