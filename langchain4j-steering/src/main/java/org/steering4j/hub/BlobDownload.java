package org.steering4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.hub.ModelHubException.Problem;

/**
 * Fetches one file of a commit: goes on where an earlier attempt has ended, as often as need be, and lets the bytes become a blob only when their
 * checksum is right. For one thread, which holds the model's lock.
 */
final class BlobDownload {

    private static final Logger LOGGER = LoggerFactory.getLogger(ModelHub.class);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18}|\\*)");
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int SHA_256_DIGITS = 64;

    private final HubClient client;
    private final Waiting waiting;
    private final ModelName model;
    private final String commit;
    private final RemoteFile file;
    private final Path blob;
    private final Path incomplete;
    /** Gets the number of bytes that are there. */
    private final LongConsumer arrived;

    BlobDownload(
            HubClient client,
            Waiting waiting,
            ModelName model,
            ModelCache cache,
            String commit,
            RemoteFile file,
            LongConsumer arrived) {
        this.client = client;
        this.waiting = waiting;
        this.model = model;
        this.commit = commit;
        this.file = file;
        this.blob = cache.blob(file);
        this.incomplete = cache.incomplete(file);
        this.arrived = arrived;
    }

    void run() throws IOException, InterruptedException {
        Files.createDirectories(blob.getParent());
        receive();
        if (!isRight()) {
            LOGGER.warn("{} of {} arrived with a wrong checksum and is downloaded once more", file.name(), model);
            Files.delete(incomplete);
            receive();
            if (!isRight()) {
                Files.delete(incomplete);
                throw new ModelHubException(
                        Problem.DAMAGED,
                        "%s of %s arrived twice with a wrong checksum, not %s, and was deleted: try again later, or look at what stands between here and the hub (HF_ENDPOINT, a proxy)"
                                .formatted(file.name(), model, file.checksum()));
            }
        }
        Files.move(incomplete, blob, StandardCopyOption.ATOMIC_MOVE);
    }

    /** How much an earlier download has left; more than there is to be is worth nothing. */
    static long bytesLeft(Path incomplete, RemoteFile file) throws IOException {
        long bytes = Files.isRegularFile(incomplete, LinkOption.NOFOLLOW_LINKS) ? Files.size(incomplete) : 0;
        return file.hasKnownLength() && bytes <= file.bytes() ? bytes : 0;
    }

    /** Until as many bytes are there as were announced, or more, which are wrong then. */
    private void receive() throws IOException, InterruptedException {
        try (FileChannel output = FileChannel.open(
                incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            output.truncate(bytesLeft(incomplete, file));
            output.position(output.size());
            Retries retries = new Retries(waiting);
            long farthest = output.position();
            while (!file.hasKnownLength() || output.position() < file.bytes()) {
                try {
                    request(output);
                    if (!file.hasKnownLength()) {
                        break;
                    }
                    if (output.position() < file.bytes()) {
                        throw new TransientFailure(
                                Problem.UNREACHABLE,
                                "%s of %s ended after %d of %d bytes"
                                        .formatted(file.name(), model, output.position(), file.bytes()),
                                null,
                                null);
                    }
                } catch (TransientFailure e) {
                    if (output.position() > farthest) {
                        farthest = output.position();
                        retries.progressed();
                    }
                    retries.waitAfter(e);
                }
            }
            output.force(true);
        }
    }

    private void request(FileChannel output) throws TransientFailure, IOException, InterruptedException {
        long from = file.hasKnownLength() ? output.position() : 0;
        HttpResponse<Body> response = client.open(commit, file.name(), from);
        try (Body body = response.body()) {
            if (response.statusCode() != 206 || !continues(response, from)) {
                // The whole file comes, or it is to be asked for the next time.
                output.truncate(0);
                if (response.statusCode() != 200) {
                    throw new TransientFailure(
                            Problem.UNREACHABLE,
                            "%s of %s cannot be continued at byte %d".formatted(file.name(), model, from),
                            null,
                            null);
                }
            }
            for (List<ByteBuffer> bytes = next(response); bytes != null; bytes = next(response)) {
                for (ByteBuffer buffer : bytes) {
                    while (buffer.hasRemaining()) {
                        output.write(buffer);
                    }
                }
                if (file.hasKnownLength() && output.position() > file.bytes()) {
                    return;
                }
                arrived.accept(output.position());
            }
        }
    }

    private List<ByteBuffer> next(HttpResponse<Body> response) throws TransientFailure, InterruptedException {
        try {
            return response.body().next();
        } catch (IOException e) {
            throw client.broken(response.uri(), e);
        }
    }

    private boolean continues(HttpResponse<Body> response, long from) {
        Matcher range = CONTENT_RANGE.matcher(
                response.headers().firstValue("Content-Range").orElse(""));
        return range.matches()
                && Long.parseLong(range.group(1)) == from
                && (range.group(2).equals("*") || Long.parseLong(range.group(2)) == file.bytes());
    }

    private boolean isRight() throws IOException {
        return checksum().equals(file.checksum());
    }

    /** SHA-256 of the bytes, or git's SHA-1 of them as a blob, whichever the hub gave. */
    private String checksum() throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(file.checksum().length() == SHA_256_DIGITS ? "SHA-256" : "SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256 and SHA-1", e);
        }
        if (file.checksum().length() != SHA_256_DIGITS) {
            digest.update(("blob " + Files.size(incomplete) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream input = Files.newInputStream(incomplete)) {
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
