package org.steering4j.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.vector.FileNotWrittenException;

/**
 * The file that an interrupted training is resumed from: a training state, the identity of the training it belongs to, what its rounding
 * depends on, and a SHA-256 of all that, so that no damage goes unnoticed. JSON; arrays are base64 of little-endian float32, so that a state
 * comes back bit for bit. Written atomically: a crash, a full disk or
 * a kill leaves the file as it was before. Beside it a {@link DiskReserve} keeps the room that the next state will take, so that a state can
 * be saved even though the disk has become full since.
 */
final class Checkpoint {

    private static final Logger LOGGER = LoggerFactory.getLogger(Checkpoint.class);

    private static final String FORMAT = "steering4j training checkpoint 2";
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What a step and an evaluation in JSON take at most, together. */
    private static final int STEP_BYTES = 4096;

    private final Path file;
    private final Map<String, String> identity;
    private final Map<String, String> environment;
    private final BiConsumer<Path, AtomicFiles.Content> writer;
    private final DiskReserve reserve;

    /**
     * @param identity what must be the same for a state to be resumed: settings, data, model
     * @param environment what must be the same for the resumed training to give the same bits
     */
    Checkpoint(Path file, Map<String, String> identity, Map<String, String> environment) {
        this(file, identity, environment, AtomicFiles::write);
    }

    /** @param writer writes a file whole or not at all */
    Checkpoint(
            Path file,
            Map<String, String> identity,
            Map<String, String> environment,
            BiConsumer<Path, AtomicFiles.Content> writer) {
        this.file = file;
        this.identity = identity;
        this.environment = environment;
        this.writer = writer;
        this.reserve = new DiskReserve(file.resolveSibling(file.getFileName() + ".reserve"));
    }

    private record Content(
            String format,
            Map<String, String> identity,
            Map<String, String> environment,
            List<String> vector,
            List<String> firstMoment,
            List<String> secondMoment,
            List<String> best,
            List<TrainingStep> steps,
            List<TrainingEvaluation> evaluations,
            String checksum) {

        /** With the checksum of all else. */
        private Content sealed() {
            return withChecksum(computedChecksum());
        }

        private boolean isWhole() {
            return computedChecksum().equals(checksum);
        }

        private String computedChecksum() {
            try {
                byte[] bytes = JSON.writeValueAsBytes(withChecksum(null));
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            } catch (JsonProcessingException | NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        private Content withChecksum(String text) {
            return new Content(
                    format, identity, environment, vector, firstMoment, secondMoment, best, steps, evaluations, text);
        }
    }

    /**
     * What a state must fit.
     *
     * @param layers arrays of a vector
     * @param hiddenSize values of each
     * @param stepsPerEpoch steps of each epoch
     * @param totalSteps steps of the whole training
     */
    record Expected(int layers, int hiddenSize, int stepsPerEpoch, int totalSteps) {}

    /**
     * Writes the state and reserves room for the one after some more steps.
     *
     * @throws FileNotWrittenException if the file cannot be written: what was there before is untouched; or if there is no room for the next
     *     state: then this one was written
     */
    void write(TrainingState state, int steps) {
        write(state);
        try {
            reserve.grow(Files.size(file) + (long) STEP_BYTES * steps);
        } catch (IOException e) {
            throw new CheckpointException("the checkpoint " + file + " cannot be read: " + e, e);
        }
    }

    /**
     * Writes the state, if need be into the room that was reserved.
     *
     * @throws FileNotWrittenException if the file cannot be written; what was there before is untouched
     */
    void write(TrainingState state) {
        Content content = new Content(
                        FORMAT,
                        identity,
                        environment,
                        encode(state.vector),
                        encode(state.firstMoment),
                        encode(state.secondMoment),
                        encode(state.best),
                        state.steps,
                        state.evaluations,
                        null)
                .sealed();
        try {
            writer.accept(file, output -> JSON.writeValue(output, content));
        } catch (FileNotWrittenException full) {
            if (!reserve.release()) {
                throw full;
            }
            writer.accept(file, output -> JSON.writeValue(output, content));
        }
    }

    /** No state is going to follow. */
    void releaseReserve() {
        reserve.release();
    }

    /**
     * Reads the state to go on from.
     *
     * @throws CheckpointException if the file is missing, damaged, or of another training (the message lists what differs)
     */
    TrainingState read(Expected expected) {
        Content content = readContent(file);
        requireSameTraining(content.identity);
        try {
            TrainingState state = new TrainingState(
                    decode("vector", content.vector, expected),
                    decode("firstMoment", content.firstMoment, expected),
                    decode("secondMoment", content.secondMoment, expected),
                    decode("best", content.best, expected));
            state.steps.addAll(content.steps);
            state.evaluations.addAll(content.evaluations);
            state.requireWhole(expected.stepsPerEpoch, expected.totalSteps);
            return state;
        } catch (RuntimeException damaged) {
            throw damaged(file, damaged.getMessage() == null ? damaged.toString() : damaged.getMessage(), damaged);
        }
    }

    private static CheckpointException damaged(Path file, String what, Exception cause) {
        return new CheckpointException(
                "the checkpoint " + file + " is damaged: " + what
                        + ". Resume from a copy of it, or delete it and begin anew",
                cause);
    }

    /** @throws CheckpointException if the file is missing or damaged */
    static Map<String, String> readIdentity(Path file) {
        return readContent(file).identity;
    }

    private static Content readContent(Path file) {
        Content content;
        try {
            content = JSON.readValue(Files.readAllBytes(file), Content.class);
        } catch (JsonProcessingException damaged) {
            throw damaged(file, damaged.getOriginalMessage(), damaged);
        } catch (IOException unreadable) {
            throw new CheckpointException("the checkpoint " + file + " cannot be read: " + unreadable, unreadable);
        }
        if (content == null || !FORMAT.equals(content.format)) {
            throw new CheckpointException(
                    file + " is not a checkpoint of this version: expected the format \"" + FORMAT + "\"");
        }
        if (content.identity == null || content.environment == null || !content.isWhole()) {
            throw damaged(file, "what it holds is not what was written, by its checksum", null);
        }
        return content;
    }

    /** What differs between a checkpoint's properties and those of now, in words; empty if nothing does. */
    private static String differences(Map<String, String> found, Map<String, String> now) {
        Set<String> names = new LinkedHashSet<>(now.keySet());
        names.addAll(found.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(now.get(name), found.get(name)))
                .map(name -> name + " (checkpoint: " + found.get(name) + ", now: " + now.get(name) + ")")
                .collect(Collectors.joining("; "));
    }

    /**
     * Checks, before anything is computed, that a checkpoint was made where sums are rounded as they are here.
     *
     * @param environment what the rounding depends on here
     * @param anyMachine whether a difference is only warned of
     * @throws CheckpointException if the file is missing or damaged, or there is a difference
     */
    static void requireSameEnvironment(Path file, Map<String, String> environment, boolean anyMachine) {
        String differences = differences(readContent(file).environment, environment);
        if (differences.isEmpty()) {
            return;
        }
        if (!anyMachine) {
            throw new CheckpointException("the training in " + file
                    + " cannot be resumed to the same bits here, for sums may be rounded otherwise than where it was interrupted: what differs is "
                    + differences
                    + ". Resume where these are the same, such as with the same OMP_NUM_THREADS; or, if the last digits may differ, resume"
                    + " with --resume-on-any-machine, in Java BiPO.resumeOnAnyMachine");
        }
        LOGGER.warn(
                "the training in {} goes on where sums may be rounded otherwise, so the vector may differ in its last digits from that of a training"
                        + " that was never interrupted: what differs is {}",
                file,
                differences);
    }

    private void requireSameTraining(Map<String, String> found) {
        String differences = differences(found, identity);
        if (!differences.isEmpty()) {
            throw new CheckpointException("the checkpoint " + file + " belongs to another training: it differs in "
                    + differences + ". Resume with what it was made with, or name another file");
        }
    }

    private static List<String> encode(float[][] arrays) {
        return Arrays.stream(arrays).map(Checkpoint::encode).toList();
    }

    private static String encode(float[] array) {
        ByteBuffer bytes = ByteBuffer.allocate(array.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(array);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static float[][] decode(String name, List<String> arrays, Expected expected) {
        if (arrays.size() != expected.layers) {
            throw new IllegalArgumentException(
                    "%s has %d layers, but the training has %d".formatted(name, arrays.size(), expected.layers));
        }
        return arrays.stream().map(array -> decode(name, array, expected)).toArray(float[][]::new);
    }

    private static float[] decode(String name, String array, Expected expected) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(array)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() != expected.hiddenSize * Float.BYTES) {
            throw new IllegalArgumentException("%s has an array of %d bytes, but %d values of %d bytes are expected"
                    .formatted(name, bytes.remaining(), expected.hiddenSize, Float.BYTES));
        }
        float[] values = new float[expected.hiddenSize];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
