package org.steering4j.tokenizer;

import java.util.function.Consumer;

/** A text cut into what matches and what lies between, without gaps. For one split; not thread-safe. */
final class Segments {

    private final int[] bounds;
    private final boolean[] matching;
    private final int count;

    /** @param invert whether what lies between is taken for what matches */
    Segments(Matches matches, int length, boolean invert) {
        bounds = new int[2 * matches.count() + 2];
        matching = new boolean[2 * matches.count() + 1];
        int size = 0;
        for (int i = 0; i < matches.count(); i++) {
            if (matches.from(i) > bounds[size]) {
                matching[size] = invert;
                bounds[++size] = matches.from(i);
            }
            matching[size] = !invert;
            bounds[++size] = matches.to(i);
        }
        if (length > bounds[size]) {
            matching[size] = invert;
            bounds[++size] = length;
        }
        count = size;
    }

    void all(Piece piece, Consumer<Piece> pieces) {
        for (int i = 0; i < count; i++) {
            pieces.accept(piece.part(bounds[i], bounds[i + 1]));
        }
    }

    void unmatched(Piece piece, Consumer<Piece> pieces) {
        for (int i = 0; i < count; i++) {
            if (!matching[i]) {
                pieces.accept(piece.part(bounds[i], bounds[i + 1]));
            }
        }
    }

    /** Neighbours of one kind are one piece. */
    void contiguous(Piece piece, Consumer<Piece> pieces) {
        int from = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || matching[i] != matching[i - 1]) {
                pieces.accept(piece.part(bounds[from], bounds[i]));
                from = i;
            }
        }
    }

    /** A match belongs to what lies before it, unless that is a match, too. */
    void mergedWithPrevious(Piece piece, Consumer<Piece> pieces) {
        int from = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || !matching[i] || matching[i - 1]) {
                pieces.accept(piece.part(bounds[from], bounds[i]));
                from = i;
            }
        }
    }

    /** A match belongs to what lies behind it, unless that is a match, too. */
    void mergedWithNext(Piece piece, Consumer<Piece> pieces) {
        int from = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || !matching[i - 1] || matching[i]) {
                pieces.accept(piece.part(bounds[from], bounds[i]));
                from = i;
            }
        }
    }
}
