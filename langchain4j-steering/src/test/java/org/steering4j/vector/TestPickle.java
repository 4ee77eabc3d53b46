package org.steering4j.vector;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes pickles of protocol 2, opcode by opcode, also ones that no honest program would write. */
final class TestPickle {

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    TestPickle() {
        opcode(0x80).opcode(2);
    }

    /** The pickle that torch.save writes for one tensor. */
    static byte[] tensor(String storageType, int storageElements, int offset, int[] sizes, int[] strides) {
        return new TestPickle()
                .rebuildTensor(storageType, storageElements, offset, sizes, strides)
                .stop();
    }

    TestPickle rebuildTensor(String storageType, int storageElements, int offset, int[] sizes, int[] strides) {
        global("torch._utils", "_rebuild_tensor_v2")
                .opcode('q')
                .opcode(0)
                .opcode('(')
                .opcode('(');
        text("storage").global("torch", storageType).text("0").text("cpu").number(storageElements);
        opcode('t').opcode('Q').number(offset).tuple(sizes).tuple(strides).opcode(0x89);
        return global("collections", "OrderedDict")
                .opcode(')')
                .opcode('R')
                .opcode('t')
                .opcode('R');
    }

    TestPickle opcode(int opcode) {
        output.write(opcode);
        return this;
    }

    TestPickle global(String module, String name) {
        output.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    TestPickle text(String text) {
        return opcode('X').int32(text.length()).raw(text);
    }

    TestPickle number(int number) {
        if (number >= 0 && number < 1 << 8) {
            return opcode('K').opcode(number);
        }
        if (number >= 0 && number < 1 << 16) {
            return opcode('M').opcode(number).opcode(number >> 8);
        }
        return opcode('J').int32(number);
    }

    TestPickle tuple(int... numbers) {
        opcode('(');
        for (int number : numbers) {
            number(number);
        }
        return opcode('t');
    }

    TestPickle int32(int value) {
        return opcode(value).opcode(value >> 8).opcode(value >> 16).opcode(value >> 24);
    }

    TestPickle raw(String text) {
        output.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    byte[] stop() {
        opcode('.');
        return output.toByteArray();
    }
}
