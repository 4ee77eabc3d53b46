package org.steering4j.samples.quickstart.soak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Many threads that make requests of all sorts at the same time. */
final class Load {

    private static final long TICK_SECONDS = 60;
    private static final int ONE_IN_SO_MANY_IS_BAD = 6;
    private static final long MOST_MILLISECONDS_BETWEEN_SECOND_MODELS = 3000;

    private final ChatModels models;
    private final List<List<Exercise>> conversations;
    private final int workers;
    private final Findings findings;

    Load(ChatModels models, List<List<Exercise>> conversations, int workers, Findings findings) {
        this.models = models;
        this.conversations = conversations;
        this.workers = workers;
        this.findings = findings;
    }

    /** What requests are counted as; of each there should be some. */
    static Set<String> kinds() {
        return Stream.of(
                        Arrays.stream(Way.values()).map(Way::name),
                        BadRequest.ALL.stream().map(Exchange::kind),
                        SecondModel.KINDS.stream())
                .flatMap(names -> names)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** One thread's part of the work. */
    private interface Worker {
        void work(SplittableRandom random) throws InterruptedException;
    }

    /**
     * Makes requests until told otherwise, and returns when all of them have ended.
     *
     * @param goesOn asked before each request, by all threads
     * @param everyMinute is run once a minute
     */
    void run(SplittableRandom random, BooleanSupplier goesOn, Runnable everyMinute) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Exchange exchange = new Exchange(models, threads, findings);
            List<Exercise> exercises =
                    conversations.stream().flatMap(List::stream).toList();
            SecondModel second = new SecondModel(exercises, threads, findings);
            List<Future<?>> running = new ArrayList<>();
            running.add(start(threads, random.split(), own -> {
                do {
                    second.openOverloadAndClose(own);
                    rest(own, goesOn);
                } while (goesOn.getAsBoolean());
            }));
            for (int i = 0; i < workers; i++) {
                running.add(start(threads, random.split(), own -> {
                    while (goesOn.getAsBoolean()) {
                        makeRequests(exchange, own);
                    }
                }));
            }
            for (Future<?> one : running) {
                awaitEnd(one, everyMinute);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Future<?> start(ExecutorService threads, SplittableRandom random, Worker worker) {
        return threads.submit(() -> {
            worker.work(random);
            return null;
        });
    }

    private void makeRequests(Exchange exchange, SplittableRandom random) throws InterruptedException {
        if (random.nextInt(ONE_IN_SO_MANY_IS_BAD) == 0) {
            exchange.refuse(BadRequest.ALL.get(random.nextInt(BadRequest.ALL.size())), random.nextBoolean());
            return;
        }
        for (Exercise exercise : conversations.get(random.nextInt(conversations.size()))) {
            exchange.make(exercise, Way.values()[random.nextInt(Way.values().length)], random);
        }
    }

    private static void rest(SplittableRandom random, BooleanSupplier goesOn) throws InterruptedException {
        long left = random.nextLong(MOST_MILLISECONDS_BETWEEN_SECOND_MODELS);
        while (left > 0 && goesOn.getAsBoolean()) {
            Thread.sleep(Math.min(left, 100));
            left -= 100;
        }
    }

    private static void awaitEnd(Future<?> worker, Runnable everyMinute) throws InterruptedException {
        while (true) {
            try {
                worker.get(TICK_SECONDS, TimeUnit.SECONDS);
                return;
            } catch (TimeoutException e) {
                everyMinute.run();
            } catch (ExecutionException e) {
                throw new IllegalStateException("the soak itself is broken: " + e.getCause(), e);
            }
        }
    }
}
