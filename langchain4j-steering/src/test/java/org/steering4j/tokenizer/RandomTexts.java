package org.steering4j.tokenizer;

import java.util.Random;

/** Texts as users write them and as nobody would, by a seed: words, numbers, code, scripts, marks, emoji, control characters, marks of turns. */
final class RandomTexts {

    private static final String[] PARTS = {
        "hello",
        "Hello",
        " world",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "don't",
        "WE'LL",
        "'\u017F",
        "12",
        "34567",
        "\u00BD\u00B2",
        "你好，世界",
        "Привет",
        "مرحبا",
        "שלום",
        "नमस्ते",
        "ไทย",
        "한국어",
        "日本語のテキスト",
        "ﾊﾟ",
        "e\u0301",
        "\u212B",
        "ﬁ",
        "👩\u200D👩\u200D👧",
        "🇩🇪",
        "\u200B",
        "\u00A0",
        "\u3000",
        "\u2028",
        "\u0085",
        "\u0000",
        "\u0001",
        "\uFEFF",
        "\uFFFD",
        "\uD83D",
        "\uDC00",
        "<s>",
        "</s>",
        "<unk>",
        "<|im_start|>",
        "<|im_end|>",
        "[INST]",
        "\u2581",
        "\u2581a",
        "<0x0A>",
        "{\"a\": [1, 2]}",
        "x = f(y);",
        "//",
        "___",
        "...",
        "\u0F71\u0F72",
        "\u1100\u1161\u11A8",
        "İß\u01C5\u03A3\u03C2"
    };

    private final Random random;

    RandomTexts(long seed) {
        random = new Random(seed);
    }

    String next() {
        StringBuilder text = new StringBuilder();
        int parts = random.nextInt(random.nextInt(4) == 0 ? 60 : 12);
        for (int i = 0; i < parts; i++) {
            switch (random.nextInt(10)) {
                case 0 -> text.appendCodePoint(random.nextInt(0x3000));
                case 1 -> text.appendCodePoint(random.nextInt(0x20000));
                default -> text.append(PARTS[random.nextInt(PARTS.length)]);
            }
        }
        return text.toString();
    }
}
