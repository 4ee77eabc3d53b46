package org.steering4j.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.engine.PromptLookup.Draft;
import org.steering4j.engine.UseCount.Use;
import org.steering4j.engine.internal.EngineThreads;

/**
 * Runs all generations of a model in one batch: a request joins at the next token, first come, first served, and leaves when it ends. Knows
 * rows and their order; what a token costs and where its keys and values lie is {@link RunningRows}' matter. Thread-safe.
 *
 * <p>Prompts are run apart from the answers, some tokens at a time, and the two take turns: so a long prompt delays an answer's token by one
 * such chunk, and a short prompt beside it is through after a chunk or two.
 *
 * <p>An answer's next tokens are guessed from its context ({@link PromptLookup}) and run together with its last one, where that pays
 * ({@link DraftLength}); what the guess is wrong in is taken back.
 *
 * <p>One daemon thread does the work. It is started when a request comes and there is none, and ends when it has been idle for a while. Both
 * are decided under the lock under which requests come, so none is overlooked.
 */
final class ContinuousBatch {

    private static final Logger LOG = LoggerFactory.getLogger(ContinuousBatch.class);

    /** Prompt tokens run at a time, of all rows together. */
    static final int PREFILL_TOKENS = 256;

    /** libtorch's worker threads belong to the thread that calls it: a new one for each request would start them anew. */
    private static final long IDLE_NANOSECONDS = TimeUnit.SECONDS.toNanos(5);

    /**
     * @param maximumRows answered at the same time
     * @param maximumWaiting requests that wait although no place is free, beyond which further calls are refused
     * @param maximumTokens of all rows together, each counted as long as the longest, for which the cache has room; when rows would outgrow it, the
     *     youngest wait until there is room again; a row alone may take more
     */
    record Limits(int maximumRows, int maximumWaiting, long maximumTokens) {}

    private final String modelName;
    private final UseCount uses;
    private final int contextLength;
    private final Limits limits;
    private final boolean speculates;
    private final Supplier<RunningRows> newRows;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrival = lock.newCondition();
    // Guarded by the lock.
    private final Deque<GenerationRow> waiting = new ArrayDeque<>();
    /** Rows that have been taken out of the queue and have not left. */
    private int running;

    private Thread driver;

    /**
     * @param speculates whether tokens that the context suggests are run ahead of their turn
     * @param newRows makes rows that are used and closed while the model is in use
     */
    ContinuousBatch(
            String modelName,
            UseCount uses,
            int contextLength,
            Limits limits,
            boolean speculates,
            Supplier<RunningRows> newRows) {
        this.modelName = modelName;
        this.uses = uses;
        this.contextLength = contextLength;
        this.limits = limits;
        this.speculates = speculates;
        this.newRows = newRows;
    }

    /**
     * Answers one or more requests that belong together: all wait in the queue at once, and if one fails, the others are given up.
     *
     * @throws EngineOverloadedException if too many wait already; how many are asked for here does not count
     */
    List<GenerationResult> generate(List<GenerationRequest> requests, List<TokenListener> listeners) {
        List<GenerationRow> rows = IntStream.range(0, requests.size())
                .mapToObj(i -> new GenerationRow(requests.get(i), listeners.get(i), contextLength))
                .toList();
        enqueue(rows);
        try {
            return rows.stream().map(row -> row.deliver(uses::requireOpen)).toList();
        } finally {
            giveUp(rows);
        }
    }

    private void enqueue(List<GenerationRow> rows) {
        lock.lock();
        try {
            uses.requireOpen();
            // Who waits only for the next token, when there is a place, is not one too many.
            int free = Math.max(0, limits.maximumRows() - running);
            if (waiting.size() >= limits.maximumWaiting() + free) {
                throw new EngineOverloadedException(modelName, waiting.size(), limits.maximumWaiting());
            }
            if (driver == null) {
                Thread thread = EngineThreads.create("steered-batch-" + modelName, this::drive);
                thread.start();
                driver = thread;
            }
            waiting.addAll(rows);
            arrival.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Rows whose caller goes away before their end leave at the next token; if they wait, at once. */
    private void giveUp(List<GenerationRow> rows) {
        List<GenerationRow> left = rows.stream().filter(row -> !row.hasEnded()).toList();
        if (left.isEmpty()) {
            return;
        }
        left.forEach(GenerationRow::cancel);
        lock.lock();
        try {
            waiting.removeAll(left);
        } finally {
            lock.unlock();
        }
    }

    /** Lets the thread end now if it is idle. */
    void close() {
        lock.lock();
        try {
            arrival.signal();
        } finally {
            lock.unlock();
        }
    }

    private void drive() {
        while (awaitWork()) {
            Shift shift = new Shift();
            try (Use use = uses.enter()) {
                shift.run();
            } catch (Throwable e) {
                // Nothing is swallowed: the callers of the rows throw it. Who still waits gets another shift, if one
                // can begin at all.
                if (!shift.hasBegun) {
                    failWaiting(e);
                }
            }
        }
    }

    /** False if the thread is to end. */
    private boolean awaitWork() {
        lock.lock();
        try {
            long left = IDLE_NANOSECONDS;
            while (waiting.isEmpty()) {
                if (left <= 0 || !uses.isOpen()) {
                    driver = null;
                    return false;
                }
                left = arrival.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            // Nobody has a reason to interrupt this thread; the next request starts another.
            driver = null;
            waiting.forEach(row -> row.fail(e));
            waiting.clear();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** How many rows wait. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private GenerationRow nextWaiting() {
        lock.lock();
        try {
            return waiting.peek();
        } finally {
            lock.unlock();
        }
    }

    /** It is the next to get a place. */
    private void queueAgain(GenerationRow row) {
        lock.lock();
        try {
            if (!row.isCancelled()) { // else its caller may have looked for it here already
                waiting.addFirst(row);
            }
        } finally {
            lock.unlock();
        }
    }

    /** False if its caller has taken it away. */
    private boolean takeWaiting(GenerationRow row) {
        lock.lock();
        try {
            boolean taken = waiting.remove(row);
            running += taken ? 1 : 0;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void setRunning(int rows) {
        lock.lock();
        try {
            running = rows;
        } finally {
            lock.unlock();
        }
    }

    private void failWaiting(Throwable e) {
        lock.lock();
        try {
            waiting.forEach(row -> row.fail(e));
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Rows that are run together. */
    private final class Group implements AutoCloseable {

        private final List<GenerationRow> members = new ArrayList<>();
        private RunningRows rows = newRows.get();

        /** Runs tokens; if that fails, all members fail and null is returned. */
        private float[][][] run(int[][] tokens, int[] wanted) {
            return attempt(() -> rows.run(tokens, wanted), null);
        }

        /** Does a chunk of what comes before the prompts themselves; false if there is nothing left to do. If it fails, all members fail. */
        private boolean complete() {
            return attempt(() -> rows.complete(PREFILL_TOKENS), true);
        }

        private <T> T attempt(Supplier<T> work, T ifItFails) {
            try {
                return work.get();
            } catch (ModelClosedException e) {
                throw e;
            } catch (RuntimeException e) {
                failAndBeginAnew(e);
                return ifItFails;
            }
        }

        private void failAndBeginAnew(RuntimeException e) {
            fail(e);
            rows.close();
            rows = newRows.get();
        }

        private void fail(Throwable e) {
            members.forEach(row -> row.fail(e));
            members.clear();
        }

        /** Whether there are any. */
        private boolean removeLeavers() {
            // Asked once: a row may be cancelled at any moment.
            int[] leaving =
                    indices(i -> members.get(i).hasEnded() || members.get(i).isCancelled());
            if (leaving.length == 0) {
                return false;
            }
            for (int i : leaving) {
                if (!members.get(i).hasFailed()) {
                    remember(i);
                }
            }
            rows.remove(leaving);
            members.removeAll(members(leaving));
            return true;
        }

        private void remember(int i) {
            try {
                rows.remember(i);
            } catch (EngineException e) {
                LOG.warn("an answer of {} cannot be kept for later requests", modelName, e);
            }
        }

        private void moveTo(Group others, IntPredicate which) {
            int[] moving = indices(which);
            if (moving.length == 0) {
                return;
            }
            List<GenerationRow> moved = members(moving);
            rows.moveTo(others.rows, moving);
            others.members.addAll(moved);
            members.removeAll(moved);
        }

        private List<GenerationRow> members(int[] indices) {
            return IntStream.of(indices).mapToObj(members::get).toList();
        }

        private int[] indices(IntPredicate which) {
            return IntStream.range(0, members.size()).filter(which).toArray();
        }

        @Override
        public void close() {
            rows.close();
        }
    }

    /** From the first request to the moment when there is none; holds native memory. */
    private final class Shift {

        /** Whether a row has been taken out of the queue. */
        private boolean hasBegun;

        /** Fewer than the limit since memory ran out, until a row leaves. */
        private int maximumRows = limits.maximumRows();

        private boolean warned;

        /** The last one for which there was no memory: it has come again, with its cache as small as can be. */
        private GenerationRow lastReturned;

        private void run() {
            try (Group prompts = new Group();
                    Group answers = new Group()) {
                try {
                    while (step(prompts, answers)) {
                        setRunning(prompts.members.size() + answers.members.size());
                    }
                } catch (Throwable e) {
                    prompts.fail(e);
                    answers.fail(e);
                    throw e;
                } finally {
                    setRunning(0);
                }
            }
        }

        /** One chunk of the prompts and one token of the answers; false if there is nothing to do. */
        private boolean step(Group prompts, Group answers) {
            admit(prompts, answers);
            removeLeavers(prompts);
            removeLeavers(answers);
            if (prompts.members.isEmpty() && answers.members.isEmpty()) {
                return false;
            }
            while (!fits(prompts.members.size() + answers.members.size(), longest(prompts, answers))) {
                rememberYoungest(prompts, answers);
                putBackYoungest(prompts, answers);
            }
            withMemory(prompts, answers, () -> prompts.rows.reserve(nextChunk(prompts.members)));
            if (!prompts.members.isEmpty() && !prompts.complete()) {
                runPrompts(prompts);
                withMemory(
                        prompts,
                        answers,
                        () -> prompts.moveTo(
                                answers, i -> prompts.members.get(i).promptIsDone()));
            }
            withMemory(prompts, answers, () -> answers.rows.reserve(nextRun(answers.members)));
            if (!answers.members.isEmpty()) {
                runAnswers(answers, room(prompts.members.size() + answers.members.size(), longest(prompts, answers)));
            }
            return true;
        }

        private void removeLeavers(Group group) {
            if (group.removeLeavers()) {
                maximumRows = limits.maximumRows();
            }
        }

        /** Does what needs memory: while there is none, the youngest row goes back to wait, and the last one fails when it comes again. */
        private void withMemory(Group prompts, Group answers, Runnable work) {
            while (true) {
                try {
                    work.run();
                    return;
                } catch (NotEnoughMemoryException e) {
                    GenerationRow youngest = youngest(prompts, answers);
                    int others = prompts.members.size() + answers.members.size() - 1;
                    if (others == 0 && youngest == lastReturned) {
                        (prompts.members.isEmpty() ? answers : prompts).failAndBeginAnew(e);
                        maximumRows = limits.maximumRows();
                        return;
                    }
                    putBackYoungest(prompts, answers);
                    if (others == 0) {
                        lastReturned = youngest;
                    }
                    letOthersWait(Math.max(1, others), e);
                }
            }
        }

        private void letOthersWait(int rows, NotEnoughMemoryException e) {
            maximumRows = rows;
            if (!warned) {
                LOG.warn("fewer answers of {} run at the same time, the others wait: {}", modelName, e.getMessage());
                warned = true;
            }
        }

        private void admit(Group prompts, Group answers) {
            for (GenerationRow row = nextWaiting();
                    row != null && hasRoom(row, prompts, answers);
                    row = nextWaiting()) {
                if (!takeWaiting(row)) {
                    continue;
                }
                hasBegun = true;
                try {
                    row.skip(prompts.rows.add(row.prompt(), row.steering(), row.partition()));
                    prompts.members.add(row);
                } catch (ModelClosedException | Error e) { // it is in no group, which would be told
                    row.fail(e);
                    throw e;
                } catch (NotEnoughMemoryException e) {
                    int others = prompts.members.size() + answers.members.size();
                    if (others > 0) {
                        queueAgain(row);
                        letOthersWait(others, e);
                        return;
                    }
                    row.fail(e);
                } catch (RuntimeException e) {
                    row.fail(e);
                }
            }
        }

        private boolean hasRoom(GenerationRow row, Group prompts, Group answers) {
            int rows = prompts.members.size() + answers.members.size() + 1;
            return rows <= maximumRows && fits(rows, Math.max(row.prompt().length, longest(prompts, answers)));
        }

        /** Whether rows may grow by the token of a step. */
        private boolean fits(int rows, int longest) {
            return room(rows, longest) >= 1;
        }

        /** By how many tokens each of some rows may grow. */
        private long room(int rows, int longest) {
            return rows <= 1 ? Integer.MAX_VALUE : limits.maximumTokens() / rows - longest;
        }

        private int longest(Group prompts, Group answers) {
            return Math.max(prompts.rows.longest(), answers.rows.longest());
        }

        private GenerationRow youngest(Group prompts, Group answers) {
            return Stream.of(prompts.members, answers.members)
                    .flatMap(List::stream)
                    .max(Comparator.comparingLong(GenerationRow::start))
                    .orElseThrow();
        }

        /** What was run of it is kept for its return, as far as there is room. */
        private void rememberYoungest(Group prompts, Group answers) {
            GenerationRow youngest = youngest(prompts, answers);
            Group group = prompts.members.contains(youngest) ? prompts : answers;
            group.remember(group.members.indexOf(youngest));
        }

        /** Who came first is put back last, and so comes to an end. */
        private void putBackYoungest(Group prompts, Group answers) {
            GenerationRow youngest = youngest(prompts, answers);
            youngest.putBack();
            Group group = prompts.members.contains(youngest) ? prompts : answers;
            int index = group.members.indexOf(youngest);
            group.rows.remove(new int[] {index});
            group.members.remove(index);
            queueAgain(youngest);
        }

        private void runPrompts(Group prompts) {
            List<GenerationRow> members = List.copyOf(prompts.members);
            int atMost = promptTokens(members.size());
            int[][] tokens = members.stream().map(row -> row.takePrompt(atMost)).toArray(int[][]::new);
            int[] wanted =
                    members.stream().mapToInt(row -> row.promptIsDone() ? 1 : 0).toArray();
            float[][][] logits = prompts.run(tokens, wanted);
            for (int i = 0; logits != null && i < logits.length; i++) {
                if (wanted[i] > 0) {
                    members.get(i).accept(members.get(i).draft(0), logits[i]);
                }
            }
            removeLeavers(prompts);
        }

        /** Prompt tokens of each of some rows that are run at a time. */
        private int promptTokens(int rows) {
            return Math.max(1, PREFILL_TOKENS / rows);
        }

        /** Of the row that runs most, at the next run. */
        private int nextChunk(List<GenerationRow> members) {
            return members.stream()
                    .mapToInt(row -> row.promptLeft(promptTokens(members.size())))
                    .max()
                    .orElse(0);
        }

        /** Each row's last token, and what may come after it. */
        private void runAnswers(Group answers, long room) {
            List<GenerationRow> members = List.copyOf(answers.members);
            List<Draft> drafts = drafts(members, room);
            int[][] tokens = new int[members.size()][];
            int[] wanted = new int[members.size()];
            for (int i = 0; i < wanted.length; i++) {
                int[] draft = drafts.get(i).tokens();
                wanted[i] = 1 + draft.length;
                tokens[i] = new int[wanted[i]];
                tokens[i][0] = members.get(i).lastToken();
                System.arraycopy(draft, 0, tokens[i], 1, draft.length);
            }
            float[][][] logits = answers.run(tokens, wanted);
            for (int i = 0; logits != null && i < logits.length; i++) {
                int right = members.get(i).accept(drafts.get(i), logits[i]);
                answers.rows.takeBack(i, drafts.get(i).length() - right);
            }
            removeLeavers(answers);
        }

        /** An answer's last token, and what may be drafted after it; of the row that may run most. */
        private int nextRun(List<GenerationRow> members) {
            int left =
                    members.stream().mapToInt(GenerationRow::tokensLeft).max().orElse(1);
            return Math.min(1 + mostDrafted(), left);
        }

        private int mostDrafted() {
            return speculates ? DraftLength.MOST : 0;
        }

        /** @param room by how many tokens each row may grow */
        private List<Draft> drafts(List<GenerationRow> members, long room) {
            int atMost = (int) Math.min(mostDrafted(), room - 1);
            List<Draft> drafts = members.stream().map(row -> row.draft(atMost)).toList();
            int length = DraftLength.best(drafts, atMost);
            return drafts.stream().map(draft -> draft.first(length)).toList();
        }
    }
}
