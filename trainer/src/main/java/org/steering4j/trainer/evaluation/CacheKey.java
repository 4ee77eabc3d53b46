package org.steering4j.trainer.evaluation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.steering4j.engine.LanguageModel;
import org.steering4j.vector.LayerSteering;

/** Collects everything that a result depends on into one key, a SHA-256 sum; each part goes in with its length. For one thread. */
final class CacheKey {

    private static final int FINGERPRINT_TOKENS = 16;

    private final MessageDigest digest;

    CacheKey() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    CacheKey with(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return with((long) bytes.length).update(bytes);
    }

    CacheKey with(long value) {
        return update(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    CacheKey with(double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
        for (double value : values) {
            bytes.putDouble(value);
        }
        return with((long) values.length).update(bytes.array());
    }

    CacheKey with(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return with((long) values.length).update(bytes.array());
    }

    CacheKey with(int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES);
        for (int value : values) {
            bytes.putInt(value);
        }
        return with((long) values.length).update(bytes.array());
    }

    CacheKey with(LayerSteering steering) {
        for (int layer : steering.layers()) {
            with((long) layer).with(steering.layer(layer));
        }
        return this;
    }

    /** Log-probabilities of the vocabulary's first tokens, one after the other: a model is known by what it computes. */
    static double[] fingerprint(LanguageModel model) {
        int last = Math.min(FINGERPRINT_TOKENS, Math.min(model.vocabularySize(), model.contextLength()) - 1);
        int[] tokens = IntStream.rangeClosed(1, last).toArray();
        return model.logProbabilities(new int[] {0}, tokens, LayerSteering.none());
    }

    private CacheKey update(byte[] bytes) {
        digest.update(bytes);
        return this;
    }

    /** Ends the key; to be called once. */
    String value() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
