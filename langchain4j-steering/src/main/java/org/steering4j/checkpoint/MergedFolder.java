package org.steering4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steering4j.internal.DataType;
import org.steering4j.internal.FloatFormats;
import org.steering4j.vector.FileNotWrittenException;

/**
 * A copy of a model folder in which some weights are replaced, in the type and at the place that they had. It lies beside the target under
 * a temporary name until it is complete; closed before, it is deleted. Knows nothing of adapters. For one thread.
 */
final class MergedFolder implements AutoCloseable {

    /** What a model needs beside its weights: configuration, tokenizer, chat template. */
    private static final Pattern SMALL_FILE = Pattern.compile("[^.].*\\.(json|jinja|txt|model|tiktoken)");

    private static final int CHUNK_BYTES = 1 << 16;

    private final Path target;
    private final Path temporary;

    private MergedFolder(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    static MergedFolder copyOf(ModelFolder base, Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            throw new FileNotWrittenException(target, "it exists already. Name a folder that does not");
        }
        if (absolute.getParent() == null || !Files.isDirectory(absolute.getParent())) {
            throw new FileNotWrittenException(target, "its parent folder does not exist. Create that first");
        }
        MergedFolder merged = new MergedFolder(absolute, absolute.resolveSibling("." + UUID.randomUUID() + ".tmp"));
        try {
            merged.copy(base);
            return merged;
        } catch (IOException e) {
            merged.close();
            throw merged.notWritten(e);
        } catch (RuntimeException | Error e) {
            merged.close();
            throw e;
        }
    }

    private void copy(ModelFolder base) throws IOException {
        Files.createDirectory(temporary);
        Set<Path> weights = base.weights().stream()
                .map(weight -> weight.file().getFileName())
                .collect(Collectors.toCollection(HashSet::new));
        Path index = base.path().resolve(WeightFiles.INDEX_FILE);
        if (Files.exists(index) && Files.notExists(base.path().resolve(WeightFiles.SINGLE_FILE))) {
            // A shard may hold a copy of tied embeddings and nothing else.
            JsonFiles.readObject(index).path("weight_map").forEach(shard -> weights.add(Path.of(shard.asText())));
        }
        try (Stream<Path> files = Files.list(base.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = file.getFileName();
                if (weights.contains(name)
                        || SMALL_FILE.matcher(name.toString()).matches()
                                && !name.toString().equals(GivenFolder.ADAPTER)) {
                    Files.copy(file, temporary.resolve(name));
                    temporary.resolve(name).toFile().setWritable(true); // caches of models are read-only
                }
            }
        }
    }

    /** @param values row-major, as many as the weight has */
    void replace(StoredWeight weight, double[] values) {
        Path file = temporary.resolve(weight.file().getFileName());
        DataType type = weight.tensor().dataType();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.position(weight.tensor().offsetBytes());
            for (double value : values) {
                if (!put(chunk, type, value)) {
                    throw new ModelFolderException(
                            "the merged %s holds %s, which %s, the type of the base, cannot hold: the adapter is damaged, or not for this model"
                                    .formatted(weight.weight().tensorName(weight.layer()), value, type));
                }
                if (!chunk.hasRemaining()) {
                    write(channel, chunk);
                }
            }
            write(channel, chunk);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    /** Whether the type can hold the value. */
    private static boolean put(ByteBuffer chunk, DataType type, double value) {
        float rounded = (float) value;
        switch (type) {
            case F64 -> chunk.putDouble(value);
            case F32 -> chunk.putFloat(rounded);
            case BF16 -> {
                short bits = FloatFormats.toBfloat16(rounded);
                chunk.putShort(bits);
                rounded = FloatFormats.fromBfloat16(bits);
            }
            case F16 -> {
                short bits = FloatFormats.toFloat16(rounded);
                chunk.putShort(bits);
                rounded = FloatFormats.fromFloat16(bits);
            }
            default -> throw new IllegalArgumentException("no weights of type " + type + " are opened");
        }
        return type == DataType.F64 ? Double.isFinite(value) : Float.isFinite(rounded);
    }

    private static void write(FileChannel channel, ByteBuffer chunk) throws IOException {
        chunk.flip();
        while (chunk.hasRemaining()) {
            channel.write(chunk);
        }
        chunk.clear();
    }

    /** Gives the folder its name. */
    void complete() {
        try {
            for (Path file : files()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.toList();
        }
    }

    private FileNotWrittenException notWritten(IOException e) {
        return new FileNotWrittenException(
                target, "%s. Free some space, or choose another disk or folder".formatted(e), e);
    }

    /** Deletes what is not complete. */
    @Override
    public void close() {
        if (!Files.exists(temporary)) {
            return;
        }
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new FileNotWrittenException(
                    temporary, "it is not complete and cannot be deleted: " + e + ". Delete it", e);
        }
    }
}
