package org.steering4j.trainer.evaluation;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.steering4j.engine.PromptTooLongException;

/**
 * Has a chat model grade answers from 1 to 4 by a rubric, as Cao et al. (2024, arXiv 2406.00045) have GPT-4 do.
 *
 * <p>A request that fails in a way that may pass is sent again after 1, 2, 4, ... seconds, one whose reply holds no score at once, up to a number
 * of attempts. An answer that is still without a score then is unjudged: it is counted and reported as such, and never given a score. When more of
 * the answers are unjudged than allowed, no attempt to send one so much as reached the server, or that does not know the key or the model, judging
 * stops with a {@link JudgeException}. Each judgement is added to a file as soon
 * as it is made, under the judge's name and all that it was asked; what is in there costs nothing, so that judging goes on where it stopped, and
 * identical answers are judged once.
 *
 * <p>Where the model offers JSON held to a schema it is asked for that, else for a line {@code Score: N}. Thread-safe.
 */
public final class Judge {

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** OpenAI's rule of thumb for English. */
    private static final int CHARACTERS_A_TOKEN = 4;
    /** Of {@code {"score": "3"}}. */
    private static final int REPLY_TOKENS = 8;

    private static final int LONGEST_QUOTE = 80;

    private final String name;
    private final ChatModel model;
    private final JudgeForm form;
    private final JsonLinesCache<Kept> cache;
    private final Timekeeper timekeeper;
    private final RateLimit rateLimit;
    private final int parallelRequests;
    private final int attempts;
    private final double largestUnjudgedShare;

    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong fromCache = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong nonsense = new AtomicLong();
    private final AtomicLong unjudged = new AtomicLong();
    private final AtomicLong inputTokens = new AtomicLong();
    private final AtomicLong outputTokens = new AtomicLong();

    /** Everything but the score is there for people who read the file. */
    private record Kept(int score, String judge, String behavior, String question, String answer) {}

    /** An answer to judge, with what the judge is sent. */
    private record Task(String key, String prompt, Rubric rubric, SteeredAnswer answer) {}

    private record Judged(Task task, Judgement judgement) {}

    private Judge(Builder builder) {
        this.name = builder.name;
        this.model = builder.model;
        this.form = model.supportedCapabilities().contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                ? JudgeForm.JSON
                : JudgeForm.LINE;
        this.cache = builder.file == null ? JsonLinesCache.inMemory() : JsonLinesCache.open(builder.file, Kept.class);
        this.timekeeper = builder.timekeeper;
        this.rateLimit = new RateLimit(builder.requestsPerMinute, timekeeper);
        this.parallelRequests = builder.parallelRequests;
        this.attempts = builder.attempts;
        this.largestUnjudgedShare = builder.largestUnjudgedShare;
    }

    /** @param name under which judgements are kept; another model or other settings of it need another one */
    public static Builder builder(String name, ChatModel model) {
        return new Builder(name, model);
    }

    /** What {@link #judge} would send, without sending it. */
    public JudgeEstimate estimate(Rubric rubric, List<SteeredAnswer> answers) {
        List<Task> missing = missing(tasks(rubric, answers));
        long characters =
                missing.stream().mapToLong(task -> task.prompt().length()).sum();
        return new JudgeEstimate(missing.size(), characters / CHARACTERS_A_TOKEN, (long) missing.size() * REPLY_TOKENS);
    }

    /**
     * Judges answers, in their order.
     *
     * @throws JudgeException if the judge fails for good, or leaves more answers unjudged than allowed
     * @throws org.steering4j.vector.FileNotWrittenException if a judgement cannot be kept
     */
    public List<Judgement> judge(Rubric rubric, List<SteeredAnswer> answers) {
        List<Task> tasks = tasks(rubric, answers);
        List<Task> missing = missing(tasks);
        Map<String, Judgement> unjudgedTasks = ask(missing, answers.size());
        fromCache.addAndGet(answers.size() - missing.size());
        return tasks.stream()
                .map(task -> kept(task)
                        .map(kept -> Judgement.of(kept.score()))
                        .orElseGet(() -> unjudgedTasks.get(task.key())))
                .toList();
    }

    public JudgeUsage usage() {
        return new JudgeUsage(
                requests.get(),
                fromCache.get(),
                failures.get(),
                nonsense.get(),
                unjudged.get(),
                inputTokens.get(),
                outputTokens.get());
    }

    private List<Task> tasks(Rubric rubric, List<SteeredAnswer> answers) {
        List<Task> tasks = new ArrayList<>();
        for (SteeredAnswer answer : answers) {
            String prompt = form.prompt(rubric, answer);
            String key = new CacheKey().with(name).with(prompt).value();
            tasks.add(new Task(key, prompt, rubric, answer));
        }
        return tasks;
    }

    private Optional<Kept> kept(Task task) {
        return cache.get(task.key());
    }

    private List<Task> missing(List<Task> tasks) {
        Map<String, Task> missing = new LinkedHashMap<>();
        tasks.stream().filter(task -> kept(task).isEmpty()).forEach(task -> missing.putIfAbsent(task.key(), task));
        return List.copyOf(missing.values());
    }

    /** @return those without a score */
    private Map<String, Judgement> ask(List<Task> tasks, int answers) {
        Map<String, Judgement> without = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(parallelRequests);
        try {
            CompletionService<Judged> running = new ExecutorCompletionService<>(threads);
            tasks.forEach(task -> running.submit(() -> new Judged(task, ask(task))));
            for (int i = 0; i < tasks.size(); i++) {
                Judged judged = running.take().get();
                if (judged.judgement().score().isEmpty()) {
                    unjudged.incrementAndGet();
                    without.put(judged.task().key(), judged.judgement());
                    requireFewUnjudged(
                            without.size(), answers, judged.judgement().problem());
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JudgeException("judging was interrupted; what was judged is kept, run it again to go on", e);
        } finally {
            threads.shutdownNow();
        }
        return without;
    }

    private void requireFewUnjudged(int without, int answers, String problem) {
        if (without > largestUnjudgedShare * answers) {
            throw new JudgeException(
                    "the judge " + name + " left " + without + " of " + answers
                            + " answers unjudged, more than the share of "
                            + largestUnjudgedShare + " that is allowed; the last time: " + problem
                            + ". What was judged is kept: mend the judge, and run it again to go on",
                    null);
        }
    }

    private Judgement ask(Task task) throws InterruptedException {
        String problem = "";
        boolean again = false;
        boolean failed = false;
        int notReached = 0;
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            if (failed) {
                timekeeper.sleep(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
            rateLimit.await();
            requests.incrementAndGet();
            String reply;
            try {
                reply = reply(task, again);
            } catch (AuthenticationException | ModelNotFoundException | UnresolvedModelServerException e) {
                failures.incrementAndGet();
                throw new JudgeException(
                        "the judge " + name + " cannot be asked: " + e.getMessage()
                                + ". Check its address, its name and the key. What was judged is kept",
                        e);
            } catch (RuntimeException e) {
                failures.incrementAndGet();
                if (wouldFailAgain(e)) {
                    return Judgement.unjudged(e.toString());
                }
                problem = e.toString();
                failed = true;
                notReached += isNotReached(e) ? 1 : 0;
                if (notReached == attempts) {
                    throw new JudgeException(
                            "the judge " + name + " cannot be reached, tried " + attempts + " times: " + e.getMessage()
                                    + ". Check its address and that it runs. What was judged is kept: run it again"
                                    + " to go on",
                            e);
                }
                continue;
            }
            failed = false;
            OptionalInt score = form.score(reply);
            if (score.isPresent()) {
                keep(task, score.getAsInt());
                return Judgement.of(score.getAsInt());
            }
            nonsense.incrementAndGet();
            again = true;
            problem = "no score in \"" + reply.substring(0, Math.min(LONGEST_QUOTE, reply.length())) + '"';
        }
        return Judgement.unjudged(problem);
    }

    /** Such as at a prompt that is too long, or filtered. */
    private static boolean wouldFailAgain(RuntimeException e) {
        return e instanceof NonRetriableException
                || e instanceof UnsupportedFeatureException
                || e instanceof PromptTooLongException
                || e instanceof IllegalArgumentException;
    }

    private static boolean isNotReached(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof UnknownHostException
                || failure instanceof HttpConnectTimeoutException
                || failure.getCause() != null && isNotReached(failure.getCause());
    }

    private String reply(Task task, boolean again) {
        ChatResponse response = model.chat(form.request(task.prompt(), again));
        TokenUsage usage = response.tokenUsage();
        if (usage != null) {
            inputTokens.addAndGet(usage.inputTokenCount() == null ? 0 : usage.inputTokenCount());
            outputTokens.addAndGet(usage.outputTokenCount() == null ? 0 : usage.outputTokenCount());
        }
        String text = response.aiMessage().text();
        return text == null ? "" : text;
    }

    private void keep(Task task, int score) {
        SteeredAnswer answer = task.answer();
        cache.putAll(
                Map.of(task.key(), new Kept(score, name, task.rubric().behavior(), answer.question(), answer.text())));
    }

    /** Collects the settings; for one thread. */
    public static final class Builder {

        private final String name;
        private final ChatModel model;
        private Path file;
        private int requestsPerMinute;
        private int parallelRequests = 1;
        private int attempts = 5;
        private double largestUnjudgedShare = 0.1;
        private Timekeeper timekeeper = Timekeeper.SYSTEM;

        private Builder(String name, ChatModel model) {
            this.name = Objects.requireNonNull(name, "name");
            this.model = Objects.requireNonNull(model, "model");
        }

        /** Where judgements are kept, a file that may exist. Default: in memory. */
        public Builder file(Path file) {
            this.file = file;
            return this;
        }

        /** How many requests begin in a minute at most, evenly spaced; 0, the default: any number. */
        public Builder requestsPerMinute(int requestsPerMinute) {
            this.requestsPerMinute = requestsPerMinute;
            return this;
        }

        /** How many requests run at the same time, at least 1, the default. */
        public Builder parallelRequests(int parallelRequests) {
            this.parallelRequests = parallelRequests;
            return this;
        }

        /** How often an answer is sent at most, at least 1; default 5. */
        public Builder attempts(int attempts) {
            this.attempts = attempts;
            return this;
        }

        /** Which share of the answers of one call may be left unjudged, from 0 to 1; default 0.1. */
        public Builder largestUnjudgedShare(double largestUnjudgedShare) {
            this.largestUnjudgedShare = largestUnjudgedShare;
            return this;
        }

        Builder timekeeper(Timekeeper timekeeper) {
            this.timekeeper = timekeeper;
            return this;
        }

        /**
         * @throws IllegalArgumentException if a setting is out of its range
         * @throws EvaluationException if the file cannot be used
         */
        public Judge build() {
            require(requestsPerMinute >= 0, "requestsPerMinute", requestsPerMinute, "0 (any number) or more");
            require(parallelRequests >= 1, "parallelRequests", parallelRequests, "at least 1");
            require(attempts >= 1, "attempts", attempts, "at least 1");
            require(
                    largestUnjudgedShare >= 0 && largestUnjudgedShare <= 1,
                    "largestUnjudgedShare",
                    largestUnjudgedShare,
                    "from 0 to 1");
            return new Judge(this);
        }

        private static void require(boolean holds, String name, Number value, String range) {
            if (!holds) {
                throw new IllegalArgumentException(name + " is " + value + " but must be " + range);
            }
        }
    }
}
