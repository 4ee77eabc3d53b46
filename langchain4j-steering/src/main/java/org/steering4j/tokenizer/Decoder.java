package org.steering4j.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Turns the texts of tokens into those that make up a text when they are put together, as the component of that name of Hugging Face's tokenizers
 * does. Immutable and thread-safe.
 */
interface Decoder {

    List<String> decode(List<String> tokens);

    /** How many characters there may be at most for each that there was. */
    default int growth() {
        return 1;
    }

    /** One after the other. */
    record InOrder(List<Decoder> decoders) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> decoded = tokens;
            for (Decoder decoder : decoders) {
                decoded = decoder.decode(decoded);
            }
            return decoded;
        }

        @Override
        public int growth() {
            return (int) decoders.stream()
                    .mapToDouble(Decoder::growth)
                    .reduce(1, (all, next) -> Math.min(Integer.MAX_VALUE, all * next));
        }
    }

    /** Each token by itself. */
    record Each(UnaryOperator<String> change, int growth) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            return tokens.stream().map(change).toList();
        }
    }

    /** {@linkplain VisibleBytes Characters that stand for bytes} become the bytes; a token that holds another character is taken as it is. */
    record ByteLevel() implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String token : tokens) {
                byte[] read = VisibleBytes.read(token);
                bytes.writeBytes(read == null ? token.getBytes(StandardCharsets.UTF_8) : read);
            }
            return List.of(LenientUtf8.read(bytes.toByteArray(), bytes.size()));
        }
    }

    /** Runs of tokens such as {@code <0x0A>} become the text of those bytes or, if they are none, a U+FFFD each. */
    record ByteFallback() implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> decoded = new ArrayList<>(tokens.size());
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String token : tokens) {
                int value = value(token);
                if (value >= 0) {
                    bytes.write(value);
                } else {
                    flush(bytes, decoded);
                    decoded.add(token);
                }
            }
            flush(bytes, decoded);
            return decoded;
        }

        private static void flush(ByteArrayOutputStream bytes, List<String> decoded) {
            if (bytes.size() == 0) {
                return;
            }
            if (LenientUtf8.isValid(bytes.toByteArray(), bytes.size())) {
                decoded.add(bytes.toString(StandardCharsets.UTF_8));
            } else {
                for (int i = 0; i < bytes.size(); i++) {
                    decoded.add("\uFFFD");
                }
            }
            bytes.reset();
        }

        /** Below 0 if the token is none for a byte. A plus may stand before the last digit. */
        private static int value(String token) {
            if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
                return -1;
            }
            int first = token.charAt(3) == '+' ? 0 : digit(token.charAt(3));
            int last = digit(token.charAt(4));
            return first < 0 || last < 0 ? -1 : 16 * first + last;
        }

        private static int digit(char c) {
            return c < 128 ? Character.digit(c, 16) : -1;
        }
    }

    /** All tokens become one. */
    record Fuse() implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            return List.of(String.join("", tokens));
        }
    }

    /** Blanks in the place of another character; the first token may lose it. */
    record Metaspace(String replacement, boolean dropsFirst) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> decoded = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                decoded.add(token.replace(replacement, decoded.isEmpty() && dropsFirst ? "" : " "));
            }
            return decoded;
        }
    }

    /** Cuts a character off, at most so many times at each end of each token. */
    static Decoder strip(String content, int start, int stop) {
        return new Each(
                token -> {
                    int from = 0;
                    int to = token.length();
                    for (int i = 0; i < start && token.startsWith(content, from); i++) {
                        from += content.length();
                    }
                    for (int i = 0; i < stop && to > from && token.startsWith(content, to - content.length()); i++) {
                        to -= content.length();
                    }
                    return token.substring(from, to);
                },
                1);
    }

    /** Joins the tokens of a word, and puts blanks before words. */
    record WordPiece(String prefix, boolean cleanup) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> decoded = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                String text = token;
                if (!decoded.isEmpty()) {
                    text = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
                }
                decoded.add(cleanup ? cleaned(text) : text);
            }
            return decoded;
        }

        @Override
        public int growth() {
            return 2;
        }

        private static String cleaned(String text) {
            return text.replace(" .", ".")
                    .replace(" ?", "?")
                    .replace(" !", "!")
                    .replace(" ,", ",")
                    .replace(" ' ", "'")
                    .replace(" n't", "n't")
                    .replace(" 'm", "'m")
                    .replace(" do not", " don't")
                    .replace(" 's", "'s")
                    .replace(" 've", "'ve")
                    .replace(" 're", "'re");
        }
    }

    /** Blanks in the place of what ends a word, but for the last token. */
    record EndOfWord(String suffix) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> decoded = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                decoded.add(token.replace(suffix, decoded.size() == tokens.size() - 1 ? "" : " "));
            }
            return decoded;
        }
    }
}
