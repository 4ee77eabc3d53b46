package org.steering4j.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.steering4j.tokenizer.Tokenizer;
import org.steering4j.tokenizer.TokenizerFile;

/** Turns the segments of a rendered conversation into token ids, and ids back into text. Immutable and thread-safe. */
public final class ConversationEncoder implements AutoCloseable {

    private final Tokenizer tokenizer;

    private ConversationEncoder(TokenizerFile file) {
        tokenizer = file.tokenizer();
    }

    /** @param folder holds tokenizer.json */
    public static ConversationEncoder of(Path folder) {
        return new ConversationEncoder(TokenizerFile.read(folder.resolve("tokenizer.json")));
    }

    /** Of the embedded model on the class path. */
    public static ConversationEncoder embedded() {
        String name = "/org/steering4j/embedded/tokenizer.json";
        try (InputStream file = ConversationEncoder.class.getResourceAsStream(name)) {
            return new ConversationEncoder(TokenizerFile.read(file, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A conversation as token ids.
     *
     * @param ofAssistant whether the assistant says the token, so that the model learns to
     */
    public record Encoded(int[] tokens, boolean[] ofAssistant) {}

    public Encoded encode(List<Segment> segments) {
        int[] tokens = new int[64];
        boolean[] ofAssistant = new boolean[64];
        int length = 0;
        for (Segment segment : segments) {
            int[] ids = encode(segment.text());
            if (length + ids.length > tokens.length) {
                int capacity = 2 * (length + ids.length);
                tokens = Arrays.copyOf(tokens, capacity);
                ofAssistant = Arrays.copyOf(ofAssistant, capacity);
            }
            for (int id : ids) {
                tokens[length] = id;
                ofAssistant[length++] = segment.assistant();
            }
        }
        return new Encoded(Arrays.copyOf(tokens, length), Arrays.copyOf(ofAssistant, length));
    }

    /** The ids of one segment's text. */
    public int[] encode(String text) {
        return tokenizer.encode(text);
    }

    /** The ids of a conversation so far and of the beginning of the assistant's answer. */
    public int[] prompt(List<ToolDescription> tools, List<Message> messages) {
        int[] conversation = encode(ChatMarkup.segments(tools, messages)).tokens();
        int[] beginning = encode("assistant\n");
        int[] prompt = Arrays.copyOf(conversation, conversation.length + 1 + beginning.length);
        prompt[conversation.length] = SpecialToken.TURN_START.id();
        System.arraycopy(beginning, 0, prompt, conversation.length + 1, beginning.length);
        return prompt;
    }

    public String decode(int[] tokens) {
        return tokenizer.decode(tokens);
    }

    /** Does nothing: there is nothing to return. */
    @Override
    public void close() {}
}
