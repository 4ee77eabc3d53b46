package org.steering4j.vector;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes zip archives the way PyTorch does and {@code ZipOutputStream} will not: stored entries with sizes only after the data. */
final class TestZip {

    private static final int SIZES_FOLLOW_AND_UTF_8 = 0x0808;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private int entries;

    TestZip entry(String name, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        return entry(name, content, (int) checksum.getValue(), 0);
    }

    TestZip entry(String name, byte[] content, int checksum, int method) {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        int offset = output.size();
        output.writeBytes(record(30, 0x04034b50)
                .putShort(6, (short) SIZES_FOLLOW_AND_UTF_8)
                .putShort(8, (short) method)
                .putShort(26, (short) nameBytes.length)
                .array());
        output.writeBytes(nameBytes);
        output.writeBytes(content);
        output.writeBytes(record(16, 0x08074b50)
                .putInt(4, checksum)
                .putInt(8, content.length)
                .putInt(12, content.length)
                .array());
        directory.writeBytes(record(46, 0x02014b50)
                .putShort(8, (short) SIZES_FOLLOW_AND_UTF_8)
                .putShort(10, (short) method)
                .putInt(16, checksum)
                .putInt(20, content.length)
                .putInt(24, content.length)
                .putShort(28, (short) nameBytes.length)
                .putInt(42, offset)
                .array());
        directory.writeBytes(nameBytes);
        entries++;
        return this;
    }

    byte[] toByteArray() {
        int offset = output.size();
        output.writeBytes(directory.toByteArray());
        output.writeBytes(record(22, 0x06054b50)
                .putShort(8, (short) entries)
                .putShort(10, (short) entries)
                .putInt(12, directory.size())
                .putInt(16, offset)
                .array());
        return output.toByteArray();
    }

    private static ByteBuffer record(int bytes, int signature) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, signature);
    }
}
