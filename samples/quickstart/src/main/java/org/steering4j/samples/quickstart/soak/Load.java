package org.steering4j.samples.quickstart.soak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Many threads that make requests of all sorts at the same time. */
final class Load {

    private static final int ONE_IN_SO_MANY_IS_BAD = 6;
    private static final int MOST_MILLISECONDS_BETWEEN_SECOND_MODELS = 3000;

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

    /**
     * Makes requests until told otherwise, and returns when all of them have ended.
     *
     * @param goesOn asked before each request, by all threads
     */
    void run(SplittableRandom random, BooleanSupplier goesOn) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Exchange exchange = new Exchange(models, threads, findings);
            List<Exercise> exercises =
                    conversations.stream().flatMap(List::stream).toList();
            SecondModel second = new SecondModel(exercises, threads, findings);
            List<Callable<Void>> all = new ArrayList<>();
            all.add(worker(random.split(), goesOn, own -> {
                second.openOverloadAndClose(own);
                Thread.sleep(own.nextInt(MOST_MILLISECONDS_BETWEEN_SECOND_MODELS));
            }));
            for (int i = 0; i < workers; i++) {
                all.add(worker(random.split(), goesOn, own -> makeRequests(exchange, own)));
            }
            for (Future<Void> one : threads.invokeAll(all)) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the soak itself is broken: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Work {
        void doSome(SplittableRandom random) throws InterruptedException;
    }

    /** Works at least once. */
    private static Callable<Void> worker(SplittableRandom random, BooleanSupplier goesOn, Work work) {
        return () -> {
            do {
                work.doSome(random);
            } while (goesOn.getAsBoolean());
            return null;
        };
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
}
