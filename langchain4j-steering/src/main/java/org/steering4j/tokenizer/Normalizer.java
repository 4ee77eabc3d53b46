package org.steering4j.tokenizer;

import java.text.Normalizer.Form;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** Rewrites a piece of a text before it is split, as the component of that name of Hugging Face's tokenizers does. Immutable and thread-safe. */
interface Normalizer {

    Piece normalize(Piece piece);

    /** How many characters there may be at most for each that there was. */
    default int growth() {
        return 1;
    }

    /** How many characters may become one at most; 0 if there is no bound. */
    default int shrinkage() {
        return 1;
    }

    /** One after the other. */
    record InOrder(List<Normalizer> normalizers) implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            Piece normalized = piece;
            for (Normalizer normalizer : normalizers) {
                normalized = normalizer.normalize(normalized);
            }
            return normalized;
        }

        @Override
        public int growth() {
            return (int) normalizers.stream()
                    .mapToDouble(Normalizer::growth)
                    .reduce(1, (all, next) -> Math.min(Integer.MAX_VALUE, all * next));
        }

        @Override
        public int shrinkage() {
            return (int) normalizers.stream()
                    .mapToDouble(Normalizer::shrinkage)
                    .reduce(1, (all, next) -> Math.min(Integer.MAX_VALUE, all * next));
        }
    }

    /** A normal form of Unicode 9, whatever version the Java runtime has: to it, newer characters are single ones that nothing is joined to. */
    record UnicodeForm(Form form) implements Normalizer {

        private static final CharacterSet KNOWN = CharacterSets.named("Unicode9");
        /** The longest decomposition is of U+FDFA. */
        private static final int LONGEST_DECOMPOSITION = 18;

        private static final int MOST_CHARACTERS_COMPOSED = 4;

        @Override
        public Piece normalize(Piece piece) {
            return isAscii(piece.text()) ? piece : piece.changed(this::normalize);
        }

        private String normalize(String text) {
            StringBuilder normalized = null;
            int from = 0;
            for (int at = 0, next; at < text.length(); at = next) {
                int point = text.codePointAt(at);
                next = at + Character.charCount(point);
                if (point > 0x2FF && !KNOWN.contains(point)) {
                    normalized = normalized == null ? new StringBuilder(text.length()) : normalized;
                    normalized.append(java.text.Normalizer.normalize(text.substring(from, at), form));
                    normalized.appendCodePoint(point);
                    from = next;
                }
            }
            String rest = java.text.Normalizer.normalize(text.substring(from), form);
            return normalized == null ? rest : normalized.append(rest).toString();
        }

        private static boolean isAscii(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) > 127) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int growth() {
            return LONGEST_DECOMPOSITION;
        }

        @Override
        public int shrinkage() {
            return MOST_CHARACTERS_COMPOSED;
        }
    }

    /** To small letters, character by character: a capital sigma at the end of a word is like any other. */
    record Lowercase() implements Normalizer {

        private static final CharacterSet CAPITAL = CharacterSets.named("Uppercase");
        private static final CharacterSet TITLE = CharacterSets.named("Lt");

        @Override
        public Piece normalize(Piece piece) {
            return piece.changed(Lowercase::lower);
        }

        private static String lower(String text) {
            StringBuilder lower = new StringBuilder(text.length());
            text.codePoints().forEach(point -> {
                if (point == 0x130) {
                    lower.append("i\u0307");
                } else {
                    lower.appendCodePoint(lower(point));
                }
            });
            return lower.toString();
        }

        /** As in Unicode 16; a Java runtime may know fewer capital letters, or more. */
        private static int lower(int point) {
            if (point >= 0x10570 && point <= 0x10595) {
                return CAPITAL.contains(point) ? point + 0x27 : point;
            }
            if (point >= 0x10D50 && point <= 0x10D65) {
                return point + 0x20;
            }
            return switch (point) {
                case 0x1C89, 0xA7C0, 0xA7CC, 0xA7D0, 0xA7D6, 0xA7D8, 0xA7DA -> point + 1;
                case 0x2C2F -> 0x2C5F;
                case 0xA7CB -> 0x264;
                case 0xA7DC -> 0x19B;
                default -> CAPITAL.contains(point) || TITLE.contains(point) ? Character.toLowerCase(point) : point;
            };
        }

        @Override
        public int growth() {
            return 2;
        }
    }

    record Prepend(String text) implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            return piece.text().isEmpty() ? piece : piece.after(text);
        }
    }

    /**
     * Replaces what matches.
     *
     * @param shortest how many characters a match has at least
     * @param longest how many it has at most; 0 if there is no bound
     */
    record Replace(TextPattern pattern, String content, int shortest, int longest) implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            Matches matches = pattern.in(piece.text());
            if (matches.count() == 0) {
                return piece;
            }
            // What replaces several characters is taken to have come of the last of them.
            int initial = piece.initial();
            for (int i = 0; i < matches.count() && matches.from(i) < piece.initial(); i++) {
                boolean ofTheFirst = matches.to(i) <= piece.initial();
                initial += (ofTheFirst ? content.length() : 0)
                        - (Math.min(matches.to(i), piece.initial()) - matches.from(i));
            }
            return new Piece(replaced(piece.text(), matches, content), initial);
        }

        static String replaced(String text, Matches matches, String content) {
            StringBuilder replaced = new StringBuilder(text.length());
            int from = 0;
            for (int i = 0; i < matches.count(); i++) {
                replaced.append(text, from, matches.from(i)).append(content);
                from = matches.to(i);
            }
            return replaced.append(text, from, text.length()).toString();
        }

        @Override
        public int growth() {
            return Math.max(1, -Math.floorDiv(-content.length(), shortest));
        }

        @Override
        public int shrinkage() {
            return longest == 0 || content.isEmpty() ? 0 : Math.max(1, -Math.floorDiv(-longest, content.length()));
        }
    }

    /** Cuts white space off. */
    record Strip(boolean left, boolean right) implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            String text = piece.text();
            int from = 0;
            int to = text.length();
            // All white space is of one char each.
            while (left && from < to && CharacterSets.WHITE_SPACE.contains(text.charAt(from))) {
                from++;
            }
            while (right && from < to && CharacterSets.WHITE_SPACE.contains(text.charAt(to - 1))) {
                to--;
            }
            return piece.part(from, to);
        }

        @Override
        public int shrinkage() {
            return 0;
        }
    }

    /** Leaves characters out. */
    record Filter(IntPredicate kept) implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            return piece.changed(text -> {
                StringBuilder filtered = new StringBuilder(text.length());
                text.codePoints().filter(kept).forEach(filtered::appendCodePoint);
                return filtered.toString();
            });
        }

        @Override
        public int shrinkage() {
            return 0;
        }
    }

    /** Puts another character in the place of each. */
    record Each(IntUnaryOperator change) implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            return piece.changed(text -> {
                StringBuilder changed = new StringBuilder(text.length());
                text.codePoints().map(change).forEach(changed::appendCodePoint);
                return changed.toString();
            });
        }

        @Override
        public int shrinkage() {
            return 2; // of two chars, one
        }
    }

    /** Puts spaces around each character of a kind. */
    record Spaced(IntPredicate kind) implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            return piece.changed(this::spaced);
        }

        private String spaced(String text) {
            StringBuilder spaced = new StringBuilder(text.length());
            text.codePoints().forEach(point -> {
                if (kind.test(point)) {
                    spaced.append(' ').appendCodePoint(point).append(' ');
                } else {
                    spaced.appendCodePoint(point);
                }
            });
            return spaced.toString();
        }

        @Override
        public int growth() {
            return 3;
        }
    }

    /** Writes {@linkplain VisibleBytes bytes as characters}. */
    record ByteLevel() implements Normalizer {
        @Override
        public Piece normalize(Piece piece) {
            return piece.changed(VisibleBytes::write);
        }

        @Override
        public int growth() {
            return 3;
        }
    }

    /** What SentencePiece's NMT rules do to control characters and white space. */
    static Normalizer nmt() {
        CharacterSet dropped = CharacterSet.of(1, 8, 0xB, 0xB, 0xE, 0x1F, 0x7F, 0x7F, 0x8F, 0x8F, 0x9F, 0x9F);
        CharacterSet spaces = CharacterSet.of(
                0x9, 0xA, 0xC, 0xD, 0x1680, 0x1680, 0x200B, 0x200F, 0x2028, 0x2029, 0x2581, 0x2581, 0xFEFF, 0xFEFF,
                0xFFFD, 0xFFFD);
        return new InOrder(List.of(
                new Filter(point -> !dropped.contains(point)),
                new Each(point -> spaces.contains(point) ? ' ' : point)));
    }

    /** Drops control characters and makes all white space blanks, as BERT does. */
    static Normalizer cleanText() {
        CharacterSet control = CharacterSets.named("OlderControl");
        return new InOrder(List.of(
                new Filter(point -> point != 0 && !control.contains(point)),
                new Each(point -> CharacterSets.WHITE_SPACE.contains(point) ? ' ' : point)));
    }

    /** Puts spaces around the characters of the blocks of Chinese, as BERT does. */
    static Normalizer chineseCharacters() {
        CharacterSet chinese = CharacterSet.of(
                0x4E00, 0x9FFF, 0x3400, 0x4DBF, 0x20000, 0x2A6DF, 0x2A700, 0x2B73F, 0x2B740, 0x2B81F, 0x2B920, 0x2CEAF,
                0xF900, 0xFAFF, 0x2F800, 0x2FA1F);
        return new Spaced(chinese::contains);
    }

    static Normalizer withoutNonspacingMarks() {
        CharacterSet marks = CharacterSets.named("OlderNonspacingMark");
        return new InOrder(List.of(new UnicodeForm(Form.NFD), new Filter(point -> !marks.contains(point))));
    }

    static Normalizer withoutAccents() {
        CharacterSet accents = CharacterSets.named("OlderAccent");
        return new Filter(point -> !accents.contains(point));
    }
}
