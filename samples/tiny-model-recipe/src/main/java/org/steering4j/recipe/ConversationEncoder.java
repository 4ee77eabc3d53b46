package org.steering4j.recipe;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Turns the segments of a rendered conversation into token ids, and ids back into text. Thread-safe. */
public final class ConversationEncoder implements AutoCloseable {

    private final HuggingFaceTokenizer tokenizer;

    private ConversationEncoder(InputStream tokenizerFile) throws IOException {
        tokenizer = HuggingFaceTokenizer.newInstance(
                tokenizerFile, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    }

    /** @param folder holds tokenizer.json */
    public static ConversationEncoder of(Path folder) {
        try (InputStream file = Files.newInputStream(folder.resolve("tokenizer.json"))) {
            return new ConversationEncoder(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the embedded model on the class path. */
    public static ConversationEncoder embedded() {
        try (InputStream file =
                ConversationEncoder.class.getResourceAsStream("/org/steering4j/embedded/tokenizer.json")) {
            return new ConversationEncoder(file);
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
        return Arrays.stream(tokenizer.encode(text, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
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
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), false);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
