package org.steering4j.recipe.pretraining;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.steering4j.recipe.Segment;

/** Turns the segments of a rendered conversation into token ids. May be shared between threads. */
final class ConversationEncoder implements AutoCloseable {

    private final HuggingFaceTokenizer tokenizer;

    ConversationEncoder(Path tokenizerFile) {
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(tokenizerFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A conversation as token ids.
     *
     * @param ofAssistant whether the assistant says the token, so that the model learns to
     */
    record Encoded(int[] tokens, boolean[] ofAssistant) {}

    Encoded encode(List<Segment> segments) {
        int[] tokens = new int[64];
        boolean[] ofAssistant = new boolean[64];
        int length = 0;
        for (Segment segment : segments) {
            long[] ids = tokenizer.encode(segment.text(), false, false).getIds();
            if (length + ids.length > tokens.length) {
                int capacity = 2 * (length + ids.length);
                tokens = Arrays.copyOf(tokens, capacity);
                ofAssistant = Arrays.copyOf(ofAssistant, capacity);
            }
            for (long id : ids) {
                tokens[length] = Math.toIntExact(id);
                ofAssistant[length++] = segment.assistant();
            }
        }
        return new Encoded(Arrays.copyOf(tokens, length), Arrays.copyOf(ofAssistant, length));
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
