package org.steering4j.tokenizer;

import java.util.List;
import java.util.function.Consumer;

/**
 * Splits a piece of a text into the pieces that the model sees one by one, as the component of that name of Hugging Face's tokenizers does. Pieces that are
 * empty are left out. Immutable and thread-safe.
 */
interface PreTokenizer {

    /** @param piece not empty */
    void split(Piece piece, Consumer<Piece> pieces);

    /** Whether it may leave something out. */
    default boolean drops() {
        return false;
    }

    /** Each splits the pieces of the one before. */
    record InOrder(List<PreTokenizer> preTokenizers) implements PreTokenizer {
        @Override
        public void split(Piece piece, Consumer<Piece> pieces) {
            split(0, piece, pieces);
        }

        private void split(int number, Piece piece, Consumer<Piece> pieces) {
            if (number == preTokenizers.size()) {
                pieces.accept(piece);
            } else {
                preTokenizers.get(number).split(piece, part -> split(number + 1, part, pieces));
            }
        }

        @Override
        public boolean drops() {
            return preTokenizers.stream().anyMatch(PreTokenizer::drops);
        }
    }

    /** What becomes of what matches. */
    enum Behavior {
        REMOVED,
        ISOLATED,
        MERGED_WITH_PREVIOUS,
        MERGED_WITH_NEXT,
        CONTIGUOUS
    }

    /** @param invert whether what lies between the matches counts as matching, and the matches as lying between */
    record Split(TextPattern pattern, Behavior behavior, boolean invert) implements PreTokenizer {
        @Override
        public void split(Piece piece, Consumer<Piece> pieces) {
            Segments segments =
                    new Segments(pattern.in(piece.text()), piece.text().length(), invert);
            switch (behavior) {
                case REMOVED -> segments.unmatched(piece, pieces);
                case ISOLATED -> segments.all(piece, pieces);
                case CONTIGUOUS -> segments.contiguous(piece, pieces);
                case MERGED_WITH_PREVIOUS -> segments.mergedWithPrevious(piece, pieces);
                case MERGED_WITH_NEXT -> segments.mergedWithNext(piece, pieces);
            }
        }

        @Override
        public boolean drops() {
            return behavior == Behavior.REMOVED;
        }
    }

    /** Pieces of some length, in code points. */
    record FixedLength(int length) implements PreTokenizer {
        @Override
        public void split(Piece piece, Consumer<Piece> pieces) {
            String text = piece.text();
            int from = 0;
            int count = 0;
            for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
                if (count == length) {
                    pieces.accept(piece.part(from, at));
                    from = at;
                    count = 0;
                }
                count++;
            }
            pieces.accept(piece.part(from, text.length()));
        }
    }

    /** Splits as GPT-2 does, if {@code pattern} is not null, and writes {@linkplain VisibleBytes bytes as characters}. */
    record ByteLevel(boolean addPrefixSpace, TextPattern pattern) implements PreTokenizer {

        static final String GPT_2 =
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

        @Override
        public void split(Piece piece, Consumer<Piece> pieces) {
            Piece whole = addPrefixSpace && !piece.text().startsWith(" ") ? piece.after(" ") : piece;
            Consumer<Piece> written = part -> pieces.accept(part.changed(VisibleBytes::write));
            if (pattern == null) {
                written.accept(whole);
            } else {
                new Split(pattern, Behavior.ISOLATED, false).split(whole, written);
            }
        }
    }

    /** Which pieces a {@link Metaspace} puts a replacement before. */
    enum PrependScheme {
        NEVER,
        FIRST,
        ALWAYS
    }

    /** SentencePiece's way: blanks become another character, with which words begin. */
    record Metaspace(String replacement, PrependScheme scheme, boolean split) implements PreTokenizer {
        @Override
        public void split(Piece piece, Consumer<Piece> pieces) {
            Piece whole = piece.changed(text -> text.replace(" ", replacement));
            boolean prepended = scheme == PrependScheme.ALWAYS || scheme == PrependScheme.FIRST && piece.initial() > 0;
            if (prepended && !whole.text().startsWith(replacement)) {
                whole = whole.after(replacement);
            }
            if (split) {
                new Split(TextPattern.literal(replacement), Behavior.MERGED_WITH_NEXT, false).split(whole, pieces);
            } else {
                pieces.accept(whole);
            }
        }
    }
}
