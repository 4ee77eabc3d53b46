package org.steering4j.vector;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.steering4j.internal.DataType;
import org.steering4j.internal.LittleEndianInput;

/**
 * What a GGUF file of version 3 holds: the values of the keys that were asked for (text as String, u32 and i32 as Integer), and all tensors,
 * which must be one-dimensional F32. All other keys, of whatever type, are skipped. Every count, length and offset is checked against the
 * file's size first. It does not know what keys and tensors mean. See https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
record GgufReader(Map<String, Object> values, Map<String, float[]> tensors) {

    static final int MAGIC = 0x46554747; // "GGUF"
    static final int VERSION = 3;
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int DEFAULT_ALIGNMENT_BYTES = 32;
    static final int TYPE_UINT32 = 4;
    static final int TYPE_STRING = 8;
    static final int TENSOR_TYPE_F32 = 0;

    private static final int TYPE_INT32 = 5;
    private static final int TYPE_ARRAY = 9;
    private static final int MAXIMUM_ARRAY_DEPTH = 8;
    /** By type id: u8, i8, u16, i16, u32, i32, f32, bool, (string), (array), u64, i64, f64. */
    private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    static GgufReader read(Path path, Predicate<String> wantedKeys) {
        try (LittleEndianInput input = LittleEndianInput.open(path)) {
            return new Parser(input, wantedKeys).parse();
        }
    }

    private record Parser(LittleEndianInput input, Predicate<String> wantedKeys) {

        private record Location(long elements, long offset) {}

        GgufReader parse() {
            if (input.readInt() != MAGIC) {
                throw input.invalid("does not begin with GGUF: it is not a GGUF file");
            }
            int version = input.readInt();
            if (version != VERSION) {
                throw input.invalid("is GGUF of version " + Integer.toUnsignedString(version)
                        + ", expected little-endian version " + VERSION + ": make it anew with current tools");
            }
            long tensorCount = readCount("tensors", 24);
            long valueCount = readCount("metadata keys", 13);
            Map<String, Object> values = new LinkedHashMap<>();
            for (long i = 0; i < valueCount; i++) {
                readEntry(values);
            }
            int alignment = alignment(values);
            Map<String, Location> locations = new LinkedHashMap<>();
            for (long i = 0; i < tensorCount; i++) {
                readTensorInfo(locations);
            }
            return new GgufReader(values, readTensors(locations, alignment));
        }

        private void readEntry(Map<String, Object> values) {
            String key = input.readText(input.readLong());
            int type = input.readInt();
            boolean wanted = key.equals(ALIGNMENT_KEY) || wantedKeys.test(key);
            if (!wanted || type != TYPE_STRING && type != TYPE_UINT32 && type != TYPE_INT32) {
                skipValue(key, type, 0);
            } else if (values.put(key, type == TYPE_STRING ? input.readText(input.readLong()) : input.readInt())
                    != null) {
                throw input.invalid("has the key " + key + " twice");
            }
        }

        private void skipValue(String key, int type, int depth) {
            if (type == TYPE_STRING) {
                input.skip(input.readLong());
            } else if (type == TYPE_ARRAY && depth < MAXIMUM_ARRAY_DEPTH) {
                skipArray(key, depth);
            } else {
                input.skip(valueBytes(key, type));
            }
        }

        private void skipArray(String key, int depth) {
            int type = input.readInt();
            boolean nested = type == TYPE_STRING || type == TYPE_ARRAY;
            long count = readCount("elements of " + key, nested ? 8 : valueBytes(key, type));
            if (!nested) {
                input.skip(count * valueBytes(key, type));
                return;
            }
            for (long i = 0; i < count; i++) {
                skipValue(key, type, depth + 1);
            }
        }

        private int valueBytes(String key, int type) {
            int bytes = type < 0 || type >= VALUE_BYTES.length ? 0 : VALUE_BYTES[type];
            if (bytes == 0) {
                throw input.invalid("key " + key + " has the unknown type " + Integer.toUnsignedString(type)
                        + " or arrays nested too deeply: the file is damaged");
            }
            return bytes;
        }

        /** @param leastBytes what each of them takes at least, so that a count beyond the file is found out at once */
        private long readCount(String what, int leastBytes) {
            long count = input.readLong();
            if (count < 0 || count > input.remaining() / leastBytes) {
                throw input.invalid(
                        "states " + Long.toUnsignedString(count) + " " + what + ", but has room for at most "
                                + input.remaining() / leastBytes + ": it is truncated or damaged");
            }
            return count;
        }

        private int alignment(Map<String, Object> values) {
            Object alignment = values.getOrDefault(ALIGNMENT_KEY, DEFAULT_ALIGNMENT_BYTES);
            if (alignment instanceof Integer bytes && bytes > 0 && Integer.bitCount(bytes) == 1) {
                return bytes;
            }
            throw input.invalid(ALIGNMENT_KEY + " is " + alignment + ", expected a power of two");
        }

        private void readTensorInfo(Map<String, Location> locations) {
            String name = input.readText(input.readLong());
            int dimensions = input.readInt();
            long elements = dimensions == 1 ? input.readLong() : 0;
            if (dimensions != 1 || input.readInt() != TENSOR_TYPE_F32) {
                throw input.invalid("tensor \"" + name + "\": expected one dimension of F32, as in a control vector");
            }
            if (elements < 1 || elements > input.remaining() / Float.BYTES || elements > Integer.MAX_VALUE - 8) {
                throw input.invalid("tensor \"" + name + "\" states " + Long.toUnsignedString(elements)
                        + " elements, for which the file has no room: it is truncated or damaged");
            }
            if (locations.put(name, new Location(elements, input.readLong())) != null) {
                throw input.invalid("has the tensor \"" + name + "\" twice");
            }
        }

        /** As in llama.cpp, the tensors follow each other, each filled up to the alignment, the last one too. */
        private Map<String, float[]> readTensors(Map<String, Location> locations, int alignment) {
            Map<String, float[]> tensors = new LinkedHashMap<>();
            long start = aligned(input.position(), alignment);
            long offset = 0;
            for (Map.Entry<String, Location> entry : locations.entrySet()) {
                Location location = entry.getValue();
                if (location.offset() != offset) {
                    throw input.invalid(
                            "tensor \"" + entry.getKey() + "\" is at offset " + Long.toUnsignedString(location.offset())
                                    + ", expected " + offset + ": the file is damaged");
                }
                input.seek(start + offset);
                tensors.put(entry.getKey(), input.readFloats((int) location.elements(), DataType.F32));
                offset = aligned(offset + location.elements() * Float.BYTES, alignment);
            }
            if (start + offset != input.size()) {
                throw input.invalid("has " + input.size() + " bytes, expected " + (start + offset)
                        + " (with the filling after the last tensor): it is truncated or damaged");
            }
            return tensors;
        }
    }

    static long aligned(long bytes, int alignment) {
        return (bytes + alignment - 1) / alignment * alignment;
    }
}
