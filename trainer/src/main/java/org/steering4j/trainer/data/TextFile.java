package org.steering4j.trainer.data;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads whole files, and text that must be UTF-8 and may be compressed. */
final class TextFile {

    private static final int MAGIC_BYTES = 6;
    /** The unpacked bytes, as characters, and as text. */
    private static final int BYTES_A_BYTE = 4;

    private TextFile() {}

    /** Ways to compress a file, each with the bytes that it begins with. */
    private enum Compression {
        GZIP("gzip", 0x1F, 0x8B),
        ZSTD("zstd", 0x28, 0xB5, 0x2F, 0xFD),
        BZIP2("bzip2", 'B', 'Z', 'h'),
        XZ("xz", 0xFD, '7', 'z', 'X', 'Z', 0x00),
        ZIP("zip", 'P', 'K', 0x03, 0x04);

        private final String name;
        private final int[] magic;

        Compression(String name, int... magic) {
            this.name = name;
            this.magic = magic;
        }

        private boolean begins(byte[] file) {
            return file.length >= magic.length
                    && IntStream.range(0, magic.length).allMatch(i -> (file[i] & 0xFF) == magic[i]);
        }
    }

    /** The first bytes of a file, at most so many. */
    static byte[] readBytes(Path file, int most) {
        try (InputStream stream = Files.newInputStream(file)) {
            return stream.readNBytes(most);
        } catch (NoSuchFileException missing) {
            throw new PreferenceDataException(file + " does not exist", missing);
        } catch (IOException unreadable) {
            throw new PreferenceDataException(file + " cannot be read: " + unreadable, unreadable);
        }
    }

    /**
     * The text without its byte-order mark, unpacked where it is compressed with gzip.
     *
     * @throws PreferenceDataException with the line of the first byte that is not UTF-8; also if the file is compressed with anything else, or
     *     holds too much
     */
    static String read(Path file) {
        byte[] bytes = bytes(file);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer input = ByteBuffer.wrap(bytes);
        CharBuffer output = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(input, output, true);
        if (result.isError()) {
            long line = 1;
            for (int i = 0; i < input.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new PreferenceDataException("%s line %d: byte 0x%02X is not UTF-8; save the file as UTF-8"
                    .formatted(file, line, bytes[input.position()]));
        }
        String text = output.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static byte[] bytes(Path file) {
        byte[] beginning = readBytes(file, MAGIC_BYTES);
        for (Compression compression : Compression.values()) {
            if (compression.begins(beginning)) {
                if (compression != Compression.GZIP) {
                    throw new PreferenceDataException(file + " is compressed with " + compression.name
                            + ", which is not read: unpack it, or compress it with gzip");
                }
                return unzip(file);
            }
        }
        return readBytes(file, Integer.MAX_VALUE);
    }

    private static byte[] unzip(Path file) {
        TooLargeData size = new TooLargeData(file);
        ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
        try (InputStream stream = new GZIPInputStream(Files.newInputStream(file))) {
            byte[] buffer = new byte[1 << 16];
            for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                size.add((long) read * BYTES_A_BYTE);
                unpacked.write(buffer, 0, read);
            }
            return unpacked.toByteArray();
        } catch (EOFException | ZipException damaged) {
            throw new PreferenceDataException(
                    file + " is damaged: it cannot be unpacked with gzip (" + damaged.getMessage()
                            + "). Fetch or compress it again",
                    damaged);
        } catch (IOException unreadable) {
            throw new PreferenceDataException(file + " cannot be read: " + unreadable, unreadable);
        }
    }
}
