package org.steering4j.internal;

/** Conversions between float32 and the 16-bit floating-point formats, bit for bit as PyTorch does them. */
public final class FloatFormats {

    private static final int QUIET_NAN_BFLOAT16 = 0x7fc0;

    private FloatFormats() {}

    /** bfloat16 is the upper half of a float32: exact. */
    public static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to the nearest bfloat16, ties to even; what is beyond the largest becomes infinite. */
    public static short toBfloat16(float value) {
        if (Float.isNaN(value)) {
            return QUIET_NAN_BFLOAT16;
        }
        int bits = Float.floatToRawIntBits(value);
        int roundingBias = 0x7fff + (bits >>> 16 & 1);
        return (short) (bits + roundingBias >>> 16);
    }

    /** IEEE 754 binary16 to float32: exact. (Java has this from release 20 on.) */
    public static float fromFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) { // zero or subnormal: mantissa * 2^-24
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(mantissa * 0x1p-24f));
        }
        if (exponent == 0x1f) { // infinite or NaN
            return Float.intBitsToFloat(sign | 0x7f800000 | mantissa << 13);
        }
        return Float.intBitsToFloat(
                sign | exponent + 112 << 23 | mantissa << 13); // 112: difference of the biases, 127 - 15
    }
}
