package org.steering4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Remembers what was computed for the tokens that began earlier requests, in pieces of some tokens each; what requests have in common, such as
 * a system prompt, is kept once for each way in which it was computed. Holds a bounded number of bytes: those not asked for the longest go
 * first, the ends of texts before their beginnings. Knows nothing of what a piece holds. For one thread at a time.
 *
 * @param <W> the way in which something was computed
 * @param <P> what was computed for one piece
 */
final class PrefixTree<W, P> {

    /** More would be run again where texts part in the middle of a piece, and fewer make more pieces to put together. */
    static final int PIECE_TOKENS = 64;

    private final long maximumBytes;
    private final ToLongFunction<W> bytesPerToken;
    private final Consumer<P> release;
    private final Map<W, Node> roots = new HashMap<>();
    /** Least recently used first; a node stands after all nodes below it, so that the first one is a leaf. */
    private final Set<Node> byUse = new LinkedHashSet<>();

    private long size;

    /**
     * @param bytesPerToken of a piece, the same for as long as it is kept
     * @param release frees a piece that is dropped
     */
    PrefixTree(long maximumBytes, ToLongFunction<W> bytesPerToken, Consumer<P> release) {
        this.maximumBytes = maximumBytes;
        this.bytesPerToken = bytesPerToken;
        this.release = release;
    }

    /** Makes the piece of some of the tokens that are to be stored. */
    @FunctionalInterface
    interface Cutter<P> {
        P cut(int from, int to);
    }

    /**
     * A stored piece, of which the first tokens are asked for.
     *
     * @param tokens at least one
     */
    record Part<P>(P piece, int tokens) {}

    /** No child of a node begins with another's tokens; so the longest match is found by going down without going back. */
    private final class Node {

        private final Node parent;
        private final W way;
        private final int[] tokens;
        private final P piece;
        private final List<Node> children = new ArrayList<>();

        private Node(Node parent, W way, int[] tokens, P piece) {
            this.parent = parent;
            this.way = way;
            this.tokens = tokens;
            this.piece = piece;
        }

        /** How many tokens from an offset on this node's begin with. */
        private int match(int[] of, int offset) {
            int mismatch = Arrays.mismatch(tokens, 0, tokens.length, of, offset, of.length);
            return mismatch < 0 ? tokens.length : mismatch;
        }

        private long bytes() {
            return tokens.length * bytesPerToken.applyAsLong(way);
        }
    }

    /** The longest stored beginning, in order; empty if there is none. It counts as used. */
    List<Part<P>> find(int[] tokens, W way) {
        List<Part<P>> parts = new ArrayList<>();
        Node node = roots.get(way);
        int offset = 0;
        Node deepest = null;
        while (node != null) {
            Node best = null;
            int longest = 0;
            for (Node child : node.children) {
                int match = child.match(tokens, offset);
                if (match > longest) {
                    best = child;
                    longest = match;
                }
            }
            if (best == null) {
                break;
            }
            parts.add(new Part<>(best.piece, longest));
            offset += longest;
            deepest = best;
            node = longest == best.tokens.length ? best : null;
        }
        touch(deepest);
        return parts;
    }

    /** Stores what is not stored yet, as far as there is room. */
    void store(int[] tokens, W way, Cutter<P> cutter) {
        Node node = roots.get(way);
        if (node == null) {
            node = new Node(null, way, new int[0], null);
        }
        int offset = 0;
        for (Node next = node; next != null && offset < tokens.length; ) {
            node = next;
            next = null;
            for (Node child : node.children) {
                int match = child.match(tokens, offset);
                if (match == child.tokens.length) {
                    next = child;
                } else if (offset + match == tokens.length) {
                    touch(child);
                    return;
                }
            }
            offset += next == null ? 0 : next.tokens.length;
            node = next == null ? node : next;
        }
        touch(node);
        while (offset < tokens.length) {
            int end = Math.min(tokens.length, offset + PIECE_TOKENS);
            if (!makeRoom((end - offset) * bytesPerToken.applyAsLong(way), node)) {
                return;
            }
            Node added = new Node(node, way, Arrays.copyOfRange(tokens, offset, end), cutter.cut(offset, end));
            if (node.parent == null) {
                roots.put(way, node);
            }
            node.children.add(added);
            size += added.bytes();
            touch(added);
            node = added;
            offset = end;
        }
    }

    /** @param end of the text that is being stored, which must stay */
    private boolean makeRoom(long bytes, Node end) {
        while (size + bytes > maximumBytes) {
            Iterator<Node> first = byUse.iterator();
            // What is being stored was touched last: when its end comes first, nothing else is left.
            Node oldest = first.hasNext() ? first.next() : end;
            if (oldest == end) {
                return false;
            }
            remove(oldest);
        }
        return true;
    }

    private void remove(Node leaf) {
        byUse.remove(leaf);
        size -= leaf.bytes();
        leaf.parent.children.remove(leaf);
        if (leaf.parent.parent == null && leaf.parent.children.isEmpty()) {
            roots.remove(leaf.way, leaf.parent);
        }
        release.accept(leaf.piece);
    }

    /** From the end to the beginning. */
    private void touch(Node node) {
        for (Node each = node; each != null && each.parent != null; each = each.parent) {
            byUse.remove(each);
            byUse.add(each);
        }
    }

    /** Bytes stored. */
    long size() {
        return size;
    }

    void clear() {
        byUse.forEach(node -> release.accept(node.piece));
        byUse.clear();
        roots.clear();
        size = 0;
    }
}
