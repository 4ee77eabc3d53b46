package org.steering4j.constraint;

import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.steering4j.engine.TokenConstraint;

/** Holds one answer to its form. For one thread; the states are shared with others. */
final class RunningConstraint implements TokenConstraint {

    private final States states;
    private final Vocabulary vocabulary;
    private Set<Stack> stacks;
    private int tokensLeft;
    private boolean cutShort;
    /** Null where not known yet. */
    private BitSet allowedText;

    RunningConstraint(States states, Stack start, int maximumTokens) {
        this.states = states;
        this.vocabulary = states.vocabulary();
        this.stacks = Set.of(start);
        this.tokensLeft = maximumTokens;
    }

    @Override
    public void exclude(float[] logits) {
        BitSet now;
        synchronized (states) {
            now = withEnd(allowedText());
            BitSet wanted = wantedText();
            if (allowedText() != wanted) {
                cutShort |= !now.get(likeliest(logits, withEnd(wanted)));
            }
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

    /** The tokens that could come next if neither the limit nor a bound of ours were there, but for the end tokens. */
    private BitSet wantedText() {
        if (stacks.stream().noneMatch(Stack::isNearBound)) {
            return unlimitedMask().tokens();
        }
        Set<Stack> relaxed = new LinkedHashSet<>();
        stacks.forEach(stack -> relaxed.add(stack.relaxed().forgetful()));
        return states.first(relaxed).mask(vocabulary).tokens();
    }

    private Vocabulary.Mask unlimitedMask() {
        return state().mask(vocabulary);
    }

    private State state() {
        return states.first(forgetful());
    }

    private Set<Stack> forgetful() {
        Set<Stack> forgetful = new LinkedHashSet<>();
        stacks.forEach(stack -> forgetful.add(stack.forgetful()));
        return forgetful;
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
        return Stack.needed(write(vocabulary.text(token), forgetful()));
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
        synchronized (states) {
            return !isComplete() || !allowedText().isEmpty();
        }
    }

    @Override
    public boolean isCutShort() {
        return cutShort;
    }
}
