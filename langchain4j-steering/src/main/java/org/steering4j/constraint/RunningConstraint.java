package org.steering4j.constraint;

import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.steering4j.engine.TokenConstraint;

/** Holds one answer to its form. States and their masks are kept, for they come again: within a text, after every token. For one thread. */
final class RunningConstraint implements TokenConstraint {

    /** Some kilobytes each. */
    private static final int MOST_STATES = 4096;

    private final Vocabulary vocabulary;
    private final Map<Set<Stack>, State> states = new HashMap<>();
    private Set<Stack> stacks;
    private int tokensLeft;
    private boolean cutShort;
    /** Null where not known yet. */
    private BitSet allowedText;

    RunningConstraint(Vocabulary vocabulary, Stack start, int maximumTokens) {
        this.vocabulary = vocabulary;
        this.stacks = Set.of(start);
        this.tokensLeft = maximumTokens;
    }

    @Override
    public void exclude(float[] logits) {
        BitSet now = withEnd(allowedText());
        if (allowedText() != unlimitedMask().tokens()) {
            cutShort |= !now.get(likeliest(logits, withEnd(unlimitedMask().tokens())));
        }
        long[] words = now.toLongArray();
        for (int token = 0; token < logits.length; token++) {
            int word = token / Long.SIZE;
            if (word >= words.length || (words[word] >>> token & 1) == 0) {
                logits[token] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private BitSet withEnd(BitSet tokens) {
        if (!isComplete()) {
            return tokens;
        }
        BitSet more = (BitSet) tokens.clone();
        for (int token : vocabulary.endTokens()) {
            more.set(token);
        }
        return more;
    }

    /** @param tokens at least one, for what the limit excludes from is not empty */
    private static int likeliest(float[] logits, BitSet tokens) {
        int likeliest = tokens.nextSetBit(0);
        for (int token = likeliest; token >= 0; token = tokens.nextSetBit(token + 1)) {
            if (logits[token] > logits[likeliest]) {
                likeliest = token;
            }
        }
        return likeliest;
    }

    /** The tokens that may come next, but for the end tokens. */
    private BitSet allowedText() {
        if (allowedText == null) {
            Vocabulary.Mask mask = unlimitedMask();
            int mostNeeded = tokensLeft - 1;
            allowedText = mask.highestNeed() <= mostNeeded
                    ? mask.tokens()
                    : vocabulary.mask(state(), mostNeeded).tokens();
        }
        return allowedText;
    }

    private Vocabulary.Mask unlimitedMask() {
        return state().mask(vocabulary);
    }

    private State state() {
        if (states.size() > MOST_STATES) {
            states.clear();
        }
        Set<Stack> forgetful = new LinkedHashSet<>();
        stacks.forEach(stack -> forgetful.add(stack.forgetful()));
        return state(forgetful);
    }

    private State state(Set<Stack> stacks) {
        State known = states.get(stacks);
        if (known == null) {
            known = new State(Collections.unmodifiableSet(stacks), vocabulary.symbolCount(), this::state);
            states.put(stacks, known);
        }
        return known;
    }

    boolean isComplete() {
        return stacks.stream().anyMatch(Stack::isComplete);
    }

    private static Set<Stack> write(short[] text, Set<Stack> stacks) {
        Set<Stack> after = text == null ? Set.of() : stacks;
        for (int i = 0; text != null && i < text.length; i++) {
            after = Stack.write(text[i], after);
        }
        return after;
    }

    /** How many tokens suffice to complete the answer after another one, which is not taken. */
    int neededAfter(int token) {
        Set<Stack> forgetful = new LinkedHashSet<>();
        stacks.forEach(stack -> forgetful.add(stack.forgetful()));
        return Stack.needed(write(vocabulary.text(token), forgetful));
    }

    @Override
    public boolean advance(int token) {
        Set<Stack> after = write(vocabulary.text(token), stacks);
        if (after.isEmpty()) {
            throw new IllegalArgumentException("token " + token + " is not allowed here: " + stacks);
        }
        stacks = after;
        tokensLeft--;
        allowedText = null;
        if (tokensLeft == 0) {
            return !stacks.equals(Set.of(Stack.DONE));
        }
        return !isComplete() || !allowedText().isEmpty();
    }

    @Override
    public boolean isCutShort() {
        return cutShort;
    }
}
