package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.checkpoint.RawSafetensors;
import org.steering4j.internal.DataType;
import org.steering4j.internal.FloatFormats;
import org.steering4j.vector.LayerSteering;

/** Weights stored in every type that may be read, also several in one file, must give what the reference gives. */
class WeightTypesTest {

    private static final int[] PROMPT = {3, 14, 15, 9, 26, 5};
    private static final int[] ANSWER = {35, 8, 9, 7};

    @ParameterizedTest
    @CsvSource({"F16, F16", "F64, F64", "BF16, BF16", "BF16, F32", "F16, F64"})
    void should_agree_with_the_reference(DataType matrices, DataType vectors, @TempDir Path path) {
        RandomCheckpoint checkpoint = RandomCheckpoint.qwen2();
        RawSafetensors file = new RawSafetensors();
        // The wider type first: each tensor then starts at a multiple of its element.
        for (boolean wide : new boolean[] {true, false}) {
            checkpoint.weights.forEach((name, values) -> {
                DataType type = checkpoint.shapes.get(name).size() == 1 ? vectors : matrices;
                if (wide == (type == vectors)) {
                    file.tensor(name, type.name(), checkpoint.shapes.get(name), store(values, type));
                }
            });
        }
        checkpoint.writeConfiguration(path);
        file.write(path.resolve("model.safetensors"));

        double[] expected = new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of());
        try (LanguageModel model = LanguageModel.builder()
                .folder(path)
                .precision(Precision.FLOAT32)
                .build()) {
            assertThat(model.logProbabilities(PROMPT, ANSWER, LayerSteering.none()))
                    .containsExactly(expected, within(1e-4));
        }
    }

    /** Gives the bytes, and leaves in {@code values} what they stand for. */
    private static byte[] store(float[] values, DataType type) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            switch (type) {
                case F16 -> {
                    short bits = toFloat16(values[i]);
                    values[i] = FloatFormats.fromFloat16(bits);
                    bytes.putShort(bits);
                }
                case BF16 -> {
                    short bits = FloatFormats.toBfloat16(values[i]);
                    values[i] = FloatFormats.fromBfloat16(bits);
                    bytes.putShort(bits);
                }
                case F32 -> bytes.putFloat(values[i]);
                default -> bytes.putDouble(values[i]);
            }
        }
        return bytes.array();
    }

    /** Truncated to 10 bits of mantissa; too small becomes zero. */
    private static short toFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int exponent = (bits >>> 23 & 0xff) - 127 + 15;
        int sign = bits >>> 16 & 0x8000;
        return (short) (exponent <= 0 ? sign : sign | exponent << 10 | bits >>> 13 & 0x3ff);
    }
}
