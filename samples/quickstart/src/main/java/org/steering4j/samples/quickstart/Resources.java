package org.steering4j.samples.quickstart;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.recipe.Behavior;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * Measures what the embedded model costs a process: the time to open it in a warm JVM, and resident memory over a thousand
 * steered chats (on Linux, where /proc tells it). Ends with exit code 1 if a promise is missed.
 */
public final class Resources {

    private static final int OPENINGS = 6;
    private static final double LARGEST_OPENING_SECONDS = 1.5;
    private static final int CHATS = 1000;
    private static final int FIRST_CHATS = 100;
    private static final double LARGEST_GROWTH = 0.05;
    private static final long CACHE_BYTES = 8 << 20;
    private static final Path STATUS = Path.of("/proc/self/status");

    private Resources() {}

    public static void main(String[] arguments) throws IOException {
        double opening = openingSeconds();
        System.out.printf(
                Locale.ROOT,
                "opening the embedded model in a warm JVM: %.2f s (at most %.1f s)%n",
                opening,
                LARGEST_OPENING_SECONDS);
        boolean holds = opening <= LARGEST_OPENING_SECONDS;
        if (Files.exists(STATUS)) {
            double growth = growthOverChats();
            System.out.printf(
                    Locale.ROOT,
                    "resident memory after %d chats against %d: %+.1f%% (within 5%%)%n",
                    CHATS,
                    FIRST_CHATS,
                    100 * growth);
            holds &= Math.abs(growth) <= LARGEST_GROWTH;
        } else {
            System.out.println("resident memory is measured on Linux only");
        }
        System.exit(holds ? 0 : 1);
    }

    /** The median, without the first time. */
    private static double openingSeconds() {
        double[] seconds = new double[OPENINGS - 1];
        for (int i = 0; i < OPENINGS; i++) {
            long start = System.nanoTime();
            SteeredModel.embedded().close();
            if (i > 0) {
                seconds[i - 1] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds[seconds.length / 2];
    }

    private static double growthOverChats() throws IOException {
        List<String> questions = Arrays.stream(Behavior.values())
                .flatMap(behavior -> behavior.heldOutQuestions().stream().limit(50))
                .toList();
        // What is kept of earlier chats has taken all its room before the first measurement.
        try (SteeredModel model = SteeredModel.embedded(engine -> engine.cacheBytes(CACHE_BYTES))) {
            float[] values = new float[model.shape().hiddenSize()];
            Arrays.fill(values, 0.1f);
            SteeredChatModel chat = SteeredChatModel.builder()
                    .model(model)
                    .vectors(SteeringVectors.of(
                            SteeringVector.builder("slight").layer(2, values).build()))
                    .maxOutputTokens(40)
                    .build();
            long first = 0;
            for (int i = 1; i <= CHATS; i++) {
                chat.chat(ChatRequest.builder()
                        .messages(UserMessage.from(questions.get(i % questions.size())))
                        .parameters(SteeringChatRequestParameters.builder()
                                .steering(Steering.of("slight", i % 3 - 1))
                                .seed((long) i)
                                .build())
                        .build());
                if (i % FIRST_CHATS == 0) {
                    long resident = residentKibibytes();
                    first = first == 0 ? resident : first;
                    System.out.printf("  %4d chats: %d MiB resident%n", i, resident / 1024);
                }
            }
            return (double) residentKibibytes() / first - 1;
        }
    }

    private static long residentKibibytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
