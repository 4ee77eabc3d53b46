package org.steering4j;

import java.util.Arrays;
import java.util.Set;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.engine.TokenConstraint;

/**
 * Lets a model think before an answer of a form. It may think as it likes, but neither end there nor take so many tokens that none are left
 * for the answer: then the thinking is closed.
 *
 * @param open whether the prompt has opened the thinking already
 * @param openingToken what opens the thinking, if the first token does
 * @param closingToken what closes it
 */
record AnswerAfterThinking(
        AnswerConstraint answer, boolean open, int openingToken, int closingToken, Set<Integer> endTokens)
        implements TokenConstraint.Factory {

    @Override
    public TokenConstraint start(int maximumTokens) {
        return new Running(maximumTokens);
    }

    private final class Running implements TokenConstraint {

        private int tokensLeft;
        private boolean first = true;
        private boolean cutShort;
        /** Null while the model thinks. */
        private TokenConstraint form;

        Running(int maximumTokens) {
            this.tokensLeft = maximumTokens;
            this.form = open ? null : answer.start(maximumTokens);
        }

        @Override
        public void exclude(float[] logits) {
            if (form == null) {
                excludeWhileThinking(logits);
                return;
            }
            float opening = logits[openingToken];
            form.exclude(logits);
            if (first && tokensLeft >= answer.shortestAnswerTokens() + 2) {
                logits[openingToken] = opening;
            }
        }

        private void excludeWhileThinking(float[] logits) {
            float closing = logits[closingToken];
            if (tokensLeft <= answer.shortestAnswerTokens() + 1) {
                for (float logit : logits) {
                    cutShort |= logit > closing;
                }
                Arrays.fill(logits, Float.NEGATIVE_INFINITY);
                logits[closingToken] = closing;
            } else {
                endTokens.stream()
                        .filter(token -> token < logits.length)
                        .forEach(token -> logits[token] = Float.NEGATIVE_INFINITY);
            }
        }

        @Override
        public boolean advance(int token) {
            tokensLeft--;
            boolean atFirst = first;
            first = false;
            if (form == null) {
                form = token == closingToken ? answer.start(tokensLeft) : null;
                return true;
            }
            if (atFirst && token == openingToken) {
                form = null;
                return true;
            }
            return form.advance(token);
        }

        @Override
        public boolean isCutShort() {
            return cutShort || form != null && form.isCutShort();
        }
    }
}
