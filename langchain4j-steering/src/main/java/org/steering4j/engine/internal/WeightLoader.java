package org.steering4j.engine.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.LowRankFactors;
import org.steering4j.engine.LoadingListener;

/**
 * Loads weights into a decoder program, and packs several matrices at once where each is packed on one thread. Every thread converts them in
 * a block of its own, one after the other, so that what is read from the files need not be in memory beside all that is made of it. For one
 * use, by one thread.
 */
final class WeightLoader {

    private final TorchScriptProgram program;
    private final WeightTable table;
    private final Projections projections;
    private final boolean converts;
    private final Optional<LoraAdapter> adapter;
    private final LoadingListener listener;
    private final long totalBytes;
    private long loadedBytes;

    /** @param converts whether every matrix is converted to float32 before it is packed; one that an adapter is merged into is at any rate */
    WeightLoader(
            TorchScriptProgram program,
            WeightTable table,
            Projections projections,
            boolean converts,
            Optional<LoraAdapter> adapter,
            LoadingListener listener) {
        this.program = program;
        this.table = table;
        this.projections = projections;
        this.converts = converts;
        this.adapter = adapter;
        this.listener = listener;
        this.totalBytes = bytes(table.alone())
                + table.stacks().stream()
                        .mapToLong(stack -> bytes(stack.parts()))
                        .sum();
    }

    private static long bytes(List<WeightTable.Place> places) {
        return places.stream()
                .mapToLong(place -> place.stored().tensor().lengthBytes())
                .sum();
    }

    void load() {
        for (WeightTable.Place place : table.alone()) {
            try (NDManager scope = program.newScope()) {
                program.runDifferentiably("load", scope.create(place.place()));
            }
            report(List.of(place));
        }
        int atOnce = projections.packedAtOnce(table.stacks().stream()
                .mapToLong(WeightTable.Stack::elements)
                .max()
                .orElseThrow());
        try (NDManager scope = program.newScope()) {
            program.runDifferentiably("begin_pack", scope.create(new long[] {table.matrices(), atOnce}));
        }
        pack(table.stacks(), atOnce);
        for (WeightTable.Stack stack : table.stacks()) {
            try (NDManager scope = program.newScope()) {
                program.runDifferentiably(
                        "keep_packed", places(scope, stack), scope.create(new long[] {stack.number()}));
            }
        }
    }

    private void report(List<WeightTable.Place> places) {
        loadedBytes += bytes(places);
        listener.onProgress(loadedBytes, totalBytes);
    }

    /** Returns, or throws, when no thread packs any more. */
    private void pack(List<WeightTable.Stack> stacks, int atOnce) {
        long elements = stacks.stream()
                .filter(this::isConverted)
                .mapToLong(WeightTable.Stack::elements)
                .max()
                .orElse(0);
        try (NDManager scope = program.newScope()) {
            Queue<Slot> free = new ConcurrentLinkedQueue<>();
            for (int number = 0; number < atOnce; number++) {
                free.add(new Slot(number, scope.create(new Shape(elements))));
            }
            if (atOnce == 1) {
                for (WeightTable.Stack stack : stacks) {
                    pack(stack, free.element());
                    report(stack.parts());
                }
            } else {
                packAtOnce(stacks, free);
            }
        }
    }

    /** On threads that compute nothing themselves, see {@link EngineThreads}. */
    private void packAtOnce(List<WeightTable.Stack> stacks, Queue<Slot> free) {
        ExecutorService threads =
                Executors.newFixedThreadPool(free.size(), work -> new Thread(work, "steered-loading"));
        try {
            List<CompletableFuture<Void>> packing = stacks.stream()
                    .map(stack -> CompletableFuture.runAsync(() -> packInSlot(stack, free), threads))
                    .toList();
            for (int i = 0; i < stacks.size(); i++) {
                EngineThreads.join(packing.get(i));
                report(stacks.get(i).parts());
            }
        } finally {
            end(threads);
        }
    }

    /** @param block float32 [elements], or [0] where nothing is converted */
    private record Slot(int number, NDArray block) {}

    private void packInSlot(WeightTable.Stack stack, Queue<Slot> free) {
        Slot slot = free.remove();
        try {
            pack(stack, slot);
        } finally {
            free.add(slot);
        }
    }

    private boolean isConverted(WeightTable.Stack stack) {
        return converts || stack.adapted();
    }

    private void pack(WeightTable.Stack stack, Slot slot) {
        try (NDManager scope = program.newScope()) {
            if (isConverted(stack)) {
                stack.parts().forEach(part -> convert(part, slot.block()));
            }
            program.runDifferentiably(
                    "pack",
                    places(scope, stack),
                    scope.create(new long[] {stack.number(), slot.number()}),
                    isConverted(stack) ? slot.block() : scope.create(new Shape(0)));
        }
    }

    private void convert(WeightTable.Place part, NDArray block) {
        try (NDManager scope = program.newScope()) {
            Optional<LowRankFactors> factors = adapter.flatMap(found -> found.factors(part.stored()));
            program.runDifferentiably(
                    "convert",
                    scope.create(part.place()),
                    factors.map(found -> scope.create(found.inputsToRank(), new Shape(found.rank(), found.inputs())))
                            .orElseGet(() -> scope.create(new Shape(0, 0))),
                    factors.map(found -> scope.create(found.rankToOutputs(), new Shape(found.outputs(), found.rank())))
                            .orElseGet(() -> scope.create(new Shape(0, 0))),
                    block);
        }
    }

    private static NDArray places(NDManager scope, WeightTable.Stack stack) {
        return scope.create(stack.parts().stream().map(WeightTable.Place::place).toArray(long[][]::new));
    }

    /** What is not begun never will be; libtorch cannot be stopped within an operation, so an interrupt is left for later. */
    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
