package org.steering4j.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The element types a safetensors file may hold, by their names there, with the bytes that one element takes. */
public enum DataType {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E5M2(1),
    F8_E4M3(1),
    F8_E8M0(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    F64(8),
    I64(8),
    U64(8),
    C64(8);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    /**
     * Little-endian elements as float32; F64 is rounded.
     *
     * @throws IllegalArgumentException if it is not of {@linkplain #isFloatingPoint floating-point numbers}
     */
    public float[] toFloats(byte[] littleEndian) {
        ByteBuffer buffer = ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[littleEndian.length / bytes];
        for (int i = 0; i < values.length; i++) {
            values[i] = nextFloat(buffer);
        }
        return values;
    }

    float nextFloat(ByteBuffer littleEndian) {
        return switch (this) {
            case F32 -> littleEndian.getFloat();
            case BF16 -> FloatFormats.fromBfloat16(littleEndian.getShort());
            case F16 -> FloatFormats.fromFloat16(littleEndian.getShort());
            case F64 -> (float) littleEndian.getDouble();
            default -> throw new IllegalArgumentException(this + " is no type of floating-point numbers");
        };
    }

    /** Numbers as this type stores them, as float32; F64 is rounded to that. */
    public float[] rounded(double[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            float value = (float) values[i];
            rounded[i] = switch (this) {
                case BF16 -> FloatFormats.fromBfloat16(FloatFormats.toBfloat16(value));
                case F16 -> FloatFormats.fromFloat16(FloatFormats.toFloat16(value));
                default -> value;
            };
        }
        return rounded;
    }

    /** Whether {@link LittleEndianInput#readFloats} can turn it into float32. */
    public boolean isFloatingPoint() {
        return this == F16 || this == BF16 || this == F32 || this == F64;
    }
}
