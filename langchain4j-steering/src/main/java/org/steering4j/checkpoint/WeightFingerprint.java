package org.steering4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steering4j.internal.FloatFormats;
import org.steering4j.internal.TensorInfo;

/**
 * Tells models by their weights: a hash that is the same for the same weights wherever and however they are stored, and another for those of a
 * fine-tune, or with an adapter merged in.
 *
 * <p>What is hashed, by SHA-256, of which the first 128 bits are kept: of every weight, in the order of {@link ModelFolder#weights()}, its name in a
 * plain Llama, its shape, and its numbers; of a matrix those of {@value #ROWS} rows, the first, the last and two between at equal distances. Every
 * number is rounded to bfloat16, to nearest, ties to even, and counts as 0 if it is then below 2^-14 in size, the smallest normal number of
 * float16. An output head with the same numbers as the token embedding is left out, as if it were tied to it.
 *
 * <p>So a model in float32, float16 or bfloat16 agrees with copies of it in any of them, but for a float16 copy of a float32 model: that was rounded
 * on another grid before. Copies agree whatever their shards, names of tensors, folder and config.json. What changes other rows alone, such as
 * embeddings of single tokens, is not seen, nor is what changes nothing in bfloat16.
 *
 * <p>It reads a few megabytes of a model of billions of parameters. Stateless.
 */
final class WeightFingerprint {

    private static final int ROWS = 4;
    private static final int KEPT_BYTES = 16;
    /** The bits of a bfloat16 but for its sign; these are in the order of the numbers. */
    private static final int MAGNITUDE = 0x7fff;

    private static final int SMALLEST = FloatFormats.toBfloat16(0x1p-14f);

    private WeightFingerprint() {}

    /** @throws ModelFolderException if a file cannot be read */
    static String of(List<StoredWeight> weights, Optional<LoraAdapter> adapter) {
        MessageDigest digest = newDigest();
        byte[] embedding = null;
        try (Files files = new Files()) {
            for (StoredWeight weight : weights) {
                byte[] hash = hash(weight, files, adapter.flatMap(found -> found.factors(weight)));
                if (weight.weight() == Weight.TOKEN_EMBEDDING) {
                    embedding = hash;
                }
                if (weight.weight() == Weight.OUTPUT_HEAD && Arrays.equals(hash, embedding)) {
                    continue;
                }
                digest.update(weight.weight().tensorName(weight.layer()).getBytes(StandardCharsets.US_ASCII));
                digest.update(hash);
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, KEPT_BYTES);
    }

    private static byte[] hash(StoredWeight weight, Files files, Optional<LowRankFactors> factors) {
        MessageDigest digest = newDigest();
        TensorInfo tensor = weight.tensor();
        boolean matrix = tensor.shape().size() == 2;
        long rows = matrix ? tensor.shape().get(0) : 1;
        long columns = tensor.elements() / rows;
        digest.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(matrix ? rows : 0)
                .putLong(columns)
                .flip());
        int taken = (int) Math.min(ROWS, rows);
        for (int i = 0; i < taken; i++) {
            long row = taken == 1 ? 0 : i * (rows - 1) / (taken - 1);
            float[] values = tensor.dataType().toFloats(files.read(weight.file(), tensor, row * columns, columns));
            if (factors.isPresent()) {
                values = tensor.dataType().rounded(factors.get().adapted(values, 0, (int) row));
            }
            digest.update(inBfloat16(values));
        }
        return digest.digest();
    }

    private static byte[] inBfloat16(float[] values) {
        byte[] bytes = new byte[values.length * Short.BYTES];
        for (int i = 0; i < values.length; i++) {
            short rounded = FloatFormats.toBfloat16(values[i]);
            if ((rounded & MAGNITUDE) >= SMALLEST) {
                bytes[2 * i] = (byte) (rounded >> 8);
                bytes[2 * i + 1] = (byte) rounded;
            }
        }
        return bytes;
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** Keeps each open as long as it is read. */
    private static final class Files implements AutoCloseable {

        private final Map<Path, FileChannel> channels = new HashMap<>();

        byte[] read(Path file, TensorInfo tensor, long firstElement, long elements) {
            int bytes = tensor.dataType().bytes();
            ByteBuffer read = ByteBuffer.allocate(Math.toIntExact(elements * bytes));
            try {
                if (!channels.containsKey(file)) {
                    channels.put(file, FileChannel.open(file, StandardOpenOption.READ));
                }
                long position = tensor.offsetBytes() + firstElement * bytes;
                while (read.hasRemaining()) {
                    int count = channels.get(file).read(read, position + read.position());
                    if (count < 0) {
                        throw new ModelFolderException(file + " has become shorter since it was opened; open it again");
                    }
                }
                return read.array();
            } catch (IOException e) {
                throw new ModelFolderException("%s cannot be read: %s".formatted(file, e), e);
            }
        }

        @Override
        public void close() {
            for (FileChannel channel : channels.values()) {
                try {
                    channel.close();
                } catch (IOException e) {
                    // Nothing was written: nothing is lost.
                }
            }
        }
    }
}
