package org.steering4j.samples.quickstart.soak;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.steering4j.recipe.measurement.Promise;

/**
 * Keeps the embedded model under mixed load and says what went wrong, if anything: wrong answers, wrong exceptions, requests that never end,
 * memory that grows, threads that stay. Ends with exit code 1 if anything did.
 *
 * <p>System properties: {@code soak.minutes}, 30 unless given, and {@code soak.seed}, drawn unless given, and printed.
 */
public final class Soak {

    private static final int WORKERS = 12;
    private static final int CONVERSATIONS = 96;
    private static final double WARM_UP_SHARE = 0.3;
    private static final double MOST_WARM_UP_MINUTES = 8;
    private static final long CACHE_BYTES = 16 << 20;

    private final SplittableRandom random;
    private final PrintStream progress;
    private final List<List<Exercise>> conversations;
    private final int threadsBefore;
    private final Findings findings = new Findings();

    /**
     * Has the requests answered alone.
     *
     * @param answers what becomes of the answers that are expected from then on
     */
    Soak(long seed, int conversations, UnaryOperator<Exercise> answers, PrintStream progress) {
        this.random = new SplittableRandom(seed);
        this.progress = progress;
        ChatModels alone = ChatModels.open(engine -> engine.cacheBytes(0));
        try {
            this.conversations = new Exercises(random.nextLong(), alone)
                    .draw(conversations).stream()
                            .map(turns -> turns.stream().map(answers).toList())
                            .toList();
        } finally {
            alone.model().close();
        }
        this.threadsBefore = Footprint.liveThreads();
    }

    public static void main(String[] arguments) throws InterruptedException {
        double minutes = Double.parseDouble(System.getProperty("soak.minutes", "30"));
        if (!(minutes > 0)) {
            throw new IllegalArgumentException("soak.minutes is %s but must be above 0".formatted(minutes));
        }
        String givenSeed = System.getProperty("soak.seed", "");
        long seed = givenSeed.isEmpty() ? System.nanoTime() : Long.parseLong(givenSeed);
        System.out.printf(
                Locale.ROOT, "soak of %s minutes, %d threads; again with -Dsoak.seed=%d%n", minutes, WORKERS, seed);
        SoakResult result = new Soak(seed, CONVERSATIONS, exercise -> exercise, System.err).run(minutes);
        result.print(System.out);
        System.exit(result.promises().stream().allMatch(Promise::holds) ? 0 : 1);
    }

    private SoakResult run(double minutes) throws InterruptedException {
        ChatModels models = open();
        double warmUp = Math.min(MOST_WARM_UP_MINUTES, WARM_UP_SHARE * minutes);
        Footprint before;
        Footprint after;
        try {
            load(models, WORKERS, forMinutes(warmUp));
            before = Footprint.settled(threadsBefore);
            progress.println("after the warm-up: " + before);
            load(models, WORKERS, forMinutes(minutes - warmUp));
            after = Footprint.settled(threadsBefore);
            progress.println("at the end: " + after);
        } finally {
            models.model().close();
        }
        return new SoakResult(findings, before, after, threadsBefore);
    }

    /** With a cache of keys and values so small that it is always full. */
    static ChatModels open() {
        return ChatModels.open(engine -> engine.maximumRows(8).cacheBytes(CACHE_BYTES));
    }

    /**
     * Makes requests until told otherwise.
     *
     * @param goesOn asked by several threads
     */
    Findings load(ChatModels models, int workers, BooleanSupplier goesOn) throws InterruptedException {
        long start = System.nanoTime();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleAtFixedRate(
                () -> progress.printf(
                        Locale.ROOT,
                        "  %.0f minutes: %,d requests in all, %d problems, %s%n",
                        (System.nanoTime() - start) / 60e9,
                        findings.tried(),
                        findings.wrong(),
                        Footprint.now()),
                1,
                1,
                TimeUnit.MINUTES);
        try {
            new Load(models, conversations, workers, findings).run(random.split(), goesOn);
        } finally {
            clock.shutdownNow();
        }
        return findings;
    }

    private static BooleanSupplier forMinutes(double minutes) {
        long start = System.nanoTime();
        return () -> System.nanoTime() - start < minutes * 60e9;
    }
}
