package org.steering4j.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Damages a {@code tokenizer.json}, by chance: its text, or a value somewhere in it. */
final class FileMutations {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String[] VALUES = {
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.5",
        "4294967296",
        "1e999",
        "\"\"",
        "\" \"",
        "\"a\"",
        "\"(a+)+b\"",
        "\"\\\\s+|a\"",
        "\"\\uD83D\"",
        "[]",
        "{}",
        "[[]]",
        "[\"a\",\"b\"]",
        "{\"type\":\"NFC\"}",
        "{\"type\":\"Strip\",\"content\":\"a\",\"start\":3,\"stop\":9}",
        "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true}",
        "{\"type\":\"FixedLength\",\"length\":0}",
        "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"x\"}",
        "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(a|aa)+\"},\"content\":\"\"}",
        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\"}",
        "{\"type\":\"Digits\",\"individual_digits\":true}",
        "{\"type\":\"Prepend\",\"prepend\":\"\"}",
        "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"BAAAAAAAAAA=\"}",
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true}",
        "{\"type\":\"WordPiece\",\"prefix\":\"\",\"cleanup\":true}",
        "{\"type\":\"Fuse\"}"
    };

    private FileMutations() {}

    static String mutated(String json, Random random) {
        if (random.nextInt(4) == 0) {
            return damaged(json, random);
        }
        try {
            ObjectNode root = (ObjectNode) MAPPER.readTree(json);
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                change(root, random);
            }
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String damaged(String json, Random random) {
        StringBuilder text = new StringBuilder(json);
        int at = random.nextInt(text.length());
        switch (random.nextInt(4)) {
            case 0 -> text.setLength(at);
            case 1 -> text.setCharAt(at, (char) random.nextInt(128));
            case 2 -> text.insert(at, "[{\"a\":".repeat(1 + random.nextInt(2_000)));
            default -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
        }
        return text.toString();
    }

    /** Goes down from the root by chance, rarely into long lists, and changes what it finds. */
    private static void change(JsonNode root, Random random) throws JsonProcessingException {
        JsonNode node = root;
        while (true) {
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            int size = node.size();
            if (size == 0) {
                return;
            }
            int chosen = random.nextInt(size);
            JsonNode child = node.isObject() ? node.get(names.get(chosen)) : node.get(chosen);
            if (child.size() > 0 && random.nextInt(4) > 0) {
                node = child;
                continue;
            }
            JsonNode value = MAPPER.readTree(VALUES[random.nextInt(VALUES.length)]);
            if (node instanceof ObjectNode object) {
                switch (random.nextInt(4)) {
                    case 0 -> object.remove(names.get(chosen));
                    case 1 -> object.set(names.get(chosen) + "x", child);
                    default -> object.set(names.get(chosen), value);
                }
            } else {
                ArrayNode list = (ArrayNode) node;
                switch (random.nextInt(3)) {
                    case 0 -> list.remove(chosen);
                    case 1 -> list.insert(chosen, child);
                    default -> list.set(chosen, value);
                }
            }
            return;
        }
    }
}
