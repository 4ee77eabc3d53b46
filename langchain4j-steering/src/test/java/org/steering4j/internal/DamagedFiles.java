package org.steering4j.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.steering4j.vector.SteeringException;

/** Damages a valid file in every way of one kind, and checks that a reader takes it like a gentleman. */
public final class DamagedFiles {

    private DamagedFiles() {}

    /** Every true prefix of the file must be refused with a message that names the file. */
    public static void assertThatEveryPrefixIsRefused(Path file, Consumer<Path> reader) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> reader.accept(file))
                    .as("the first %d of %d bytes", length, bytes.length)
                    .isInstanceOf(SteeringException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    /** With a few bytes changed at random, the file must be read, or refused with a typed exception: nothing else may come out. */
    public static void assertThatNoCorruptionBreaksOut(Path file, Consumer<Path> reader) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(4);
        byte[] telling = {0, 1, (byte) 0x7f, (byte) 0x80, (byte) 0xff, '"', '{', '9'};
        for (int trial = 0; trial < 1000; trial++) {
            byte[] damaged = bytes.clone();
            for (int change = 0; change <= random.nextInt(3); change++) {
                int at = random.nextInt(bytes.length);
                damaged[at] = random.nextBoolean()
                        ? telling[random.nextInt(telling.length)]
                        : (byte) (damaged[at] ^ 1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            try {
                reader.accept(file);
            } catch (SteeringException expected) {
                // a refusal, as it should be
            } catch (Throwable e) {
                fail("trial " + trial + " broke out", e);
            }
        }
    }
}
