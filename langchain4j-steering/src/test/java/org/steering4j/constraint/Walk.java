package org.steering4j.constraint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Generates as an engine does, but with a die for a model. */
final class Walk {

    private static final String STRUCTURE = "{}[]\":,0123456789";

    private static final int ANY_NUMBER = 100_000;

    private final TestVocabularies tokens;
    private final Random random;

    Walk(TestVocabularies tokens, long seed) {
        this.tokens = tokens;
        this.random = new Random(seed);
    }

    /**
     * @param structure how often to take something of what JSON is made of, if that is allowed; otherwise everything is equally likely
     * @return the text, which is valid UTF-8
     */
    String go(AnswerConstraint constraint, int maximumTokens, double structure) {
        RunningConstraint running = constraint.running(maximumTokens);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int left = maximumTokens; left > 0; left--) {
            List<Integer> allowed = allowed(running);
            if (allowed.isEmpty()) {
                throw new AssertionError("nothing is allowed after " + text);
            }
            int token = choose(allowed, structure);
            if (token == TestVocabularies.END) {
                if (!running.isComplete()) {
                    throw new AssertionError("the end is allowed too early: " + text);
                }
                return string(text);
            }
            text.writeBytes(tokens.text(token));
            if (!running.advance(token)) {
                break;
            }
        }
        if (!running.isComplete()) {
            throw new AssertionError("incomplete: " + text);
        }
        return string(text);
    }

    private int choose(List<Integer> allowed, double structure) {
        List<Integer> structural = allowed.stream()
                .filter(token -> token != TestVocabularies.END && isStructural(tokens.text(token)))
                .toList();
        List<Integer> from = !structural.isEmpty() && random.nextDouble() < structure ? structural : allowed;
        return from.get(random.nextInt(from.size()));
    }

    private static boolean isStructural(byte[] text) {
        for (byte b : text) {
            if (STRUCTURE.indexOf(b) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a text may be written as a whole, byte by byte. */
    static boolean allows(AnswerConstraint constraint, String text) {
        RunningConstraint running = constraint.running(ANY_NUMBER);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (!allowed(running).contains(b & 0xFF)) {
                return false;
            }
            running.advance(b & 0xFF);
        }
        return running.isComplete();
    }

    static List<Integer> allowed(RunningConstraint running) {
        float[] logits = new float[TestVocabularies.SIZE];
        running.exclude(logits);
        List<Integer> allowed = new ArrayList<>();
        for (int token = 0; token < logits.length; token++) {
            if (logits[token] == 0 && token != TestVocabularies.END + 1) {
                allowed.add(token);
            }
        }
        return allowed;
    }

    private static String string(ByteArrayOutputStream text) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("no UTF-8: " + text, e);
        }
    }
}
