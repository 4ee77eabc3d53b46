package org.steering4j.engine.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs the source text of a TorchScript class and the values of its attributes into the zip archive that libtorch
 * loads. Knows pickle and zip; knows nothing of decoders.
 */
final class TorchScriptArchive {

    /** A pickle that holds an empty tuple. */
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    /** The format whose operators the text means: below 10, gelu has no approximation by tanh. */
    private static final String OPERATORS = "10\n";

    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    private TorchScriptArchive() {}

    /** An attribute that starts as an empty list of tensors. */
    static final Object EMPTY_TENSOR_LIST = new Object();

    /** An attribute that starts as an empty list of matrices that FBGEMM or QNNPACK has packed. */
    static final Object EMPTY_LIST_OF_PACKED = new Object();

    /**
     * @param className the class in {@code source}
     * @param attributes name to value: Boolean, Integer, Double, String, a list of strings or of integers, or
     *     {@link #EMPTY_TENSOR_LIST} or {@link #EMPTY_LIST_OF_PACKED}
     */
    static byte[] pack(String className, String source, Map<String, Object> attributes) {
        try {
            ByteArrayOutputStream archive = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(archive)) {
                store(zip, "data.pkl", new TorchScriptArchive().object(className, attributes));
                store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
                store(zip, "constants.pkl", EMPTY_TUPLE);
                store(zip, "version", OPERATORS.getBytes(StandardCharsets.US_ASCII));
            }
            return archive.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** libtorch reads entries in place: they must not be deflated. */
    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("decoder/" + name);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private byte[] object(String className, Map<String, Object> attributes) throws IOException {
        pickle.write(new byte[] {(byte) 0x80, 2});
        global("__torch__", className);
        pickle.write(')'); // EMPTY_TUPLE
        pickle.write(0x81); // NEWOBJ
        pickle.write('}'); // EMPTY_DICT
        pickle.write('('); // MARK
        for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
            value(attribute.getKey());
            value(attribute.getValue());
        }
        pickle.write('u'); // SETITEMS
        pickle.write('b'); // BUILD
        pickle.write('.'); // STOP
        return pickle.toByteArray();
    }

    private void value(Object value) throws IOException {
        if (value instanceof Boolean flag) {
            pickle.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Integer number) {
            pickle.write('J');
            littleEndian(number);
        } else if (value instanceof Long number) {
            pickle.write(0x8a); // LONG1
            pickle.write(8);
            for (int i = 0; i < 8; i++) {
                pickle.write((int) (number >>> (8 * i)));
            }
        } else if (value instanceof Double number) {
            pickle.write('G'); // big-endian, unlike all else
            long bits = Double.doubleToLongBits(number);
            for (int i = 7; i >= 0; i--) {
                pickle.write((int) (bits >>> (8 * i)));
            }
        } else if (value instanceof String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            pickle.write('X');
            littleEndian(bytes.length);
            pickle.write(bytes);
        } else if (value == EMPTY_TENSOR_LIST) {
            call("build_tensorlist", List.of());
        } else if (value == EMPTY_LIST_OF_PACKED) {
            call("restore_type_tag", List.of(), "List[__torch__.torch.classes.quantized.LinearPackedParamsBase]");
        } else if (value instanceof List<?> list) {
            boolean strings = list.stream().allMatch(String.class::isInstance);
            call("restore_type_tag", list, strings ? "List[str]" : "List[int]");
        } else {
            throw new IllegalArgumentException("cannot pickle " + value);
        }
    }

    /** Calls a function of torch.jit._pickle: arguments are a list and, where given, its type. */
    private void call(String function, List<?> list, String... type) throws IOException {
        global("torch.jit._pickle", function);
        pickle.write('('); // MARK
        pickle.write(']'); // EMPTY_LIST
        pickle.write('('); // MARK
        for (Object element : list) {
            value(element);
        }
        pickle.write('e'); // APPENDS
        for (String tag : type) {
            value(tag);
        }
        pickle.write('t'); // TUPLE
        pickle.write('R'); // REDUCE
    }

    private void global(String module, String name) throws IOException {
        pickle.write(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void littleEndian(int value) {
        for (int i = 0; i < 4; i++) {
            pickle.write(value >>> (8 * i));
        }
    }
}
