package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.exception.TimeoutException;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.steering4j.SteeredChatModel;
import org.steering4j.engine.EngineException;
import org.steering4j.samples.quickstart.soak.Findings.Check;

/** Makes requests and judges how they end. Thread-safe. */
final class Exchange {

    private static final int MOST_PARTS_BEFORE_CANCEL = 20;
    private static final int MOST_MILLISECONDS_BEFORE_INTERRUPT = 60;

    private final ChatModels models;
    private final Executor callers;
    private final Findings findings;

    Exchange(ChatModels models, Executor callers, Findings findings) {
        this.models = models;
        this.callers = callers;
        this.findings = findings;
    }

    void make(Exercise exercise, Way way, SplittableRandom random) throws InterruptedException {
        findings.count(exercise.kind());
        findings.count(way.name());
        switch (way) {
            case BLOCKING ->
                mustAnswer(exercise, start(models.blocking(), exercise).await());
            case STREAMING, SLOW_HANDLER, THROWING_HANDLER -> mustAnswer(exercise, stream(exercise, way, random));
            case CANCELLED -> cancelled(exercise, stream(exercise, way, random));
            case INTERRUPTED -> interrupt(exercise, random);
            case TIMED_OUT -> {
                int which = random.nextInt(models.impatient().size());
                Outcome outcome = start(models.impatient().get(which), exercise).await();
                mustAnswerOrEnd(exercise, outcome, outcome.failedWith(TimeoutException.class));
            }
        }
    }

    private Call start(SteeredChatModel model, Exercise exercise) {
        return Call.start(callers, () -> model.chat(exercise.request()));
    }

    private Outcome stream(Exercise exercise, Way way, SplittableRandom random) throws InterruptedException {
        Recorder recorder = new Recorder(
                way,
                1 + random.nextInt(MOST_PARTS_BEFORE_CANCEL),
                complaint -> findings.check(Check.HANDLER, false, "%s: %s", exercise.kind(), complaint));
        models.streaming().chat(exercise.request(), recorder);
        Outcome outcome = recorder.await();
        findings.check(Check.HANDLER, true, "");
        return outcome;
    }

    private void interrupt(Exercise exercise, SplittableRandom random) throws InterruptedException {
        Call call = start(models.blocking(), exercise);
        Thread.sleep(random.nextInt(MOST_MILLISECONDS_BEFORE_INTERRUPT));
        call.interrupt();
        Outcome outcome = call.await();
        mustAnswerOrEnd(exercise, outcome, outcome.failedWith(EngineException.class) && call.leftInterrupted());
    }

    private void cancelled(Exercise exercise, Outcome outcome) {
        mustAnswerOrEnd(
                exercise,
                outcome,
                outcome.beginning() != null && exercise.answer().text().startsWith(outcome.beginning()));
    }

    /** @param endedAsItMay whether it ended in the other way that is right */
    void mustAnswerOrEnd(Exercise exercise, Outcome outcome, boolean endedAsItMay) {
        if (mustEnd(exercise.kind(), outcome)) {
            boolean answered = exercise.answer().equals(outcome.answer());
            findings.check(Check.BREAK, answered || endedAsItMay, "%s: %s, not %s", exercise.kind(), outcome, exercise);
        }
    }

    private void mustAnswer(Exercise exercise, Outcome outcome) {
        if (mustEnd(exercise.kind(), outcome)) {
            boolean answered = exercise.answer().equals(outcome.answer());
            findings.check(Check.ANSWER, answered, "%s: %s, not %s", exercise.kind(), outcome, exercise);
            if (exercise.form() != Form.TEXT) {
                boolean fits = outcome.answer() != null && exercise.form().fits(outcome.answer());
                findings.check(Check.FORM, fits, "%s: %s", exercise.kind(), outcome);
            }
        }
    }

    /** False if it has not. */
    boolean mustEnd(String kind, Outcome outcome) {
        findings.check(Check.END, !outcome.hangs(), "%s", kind);
        return !outcome.hangs();
    }

    static String kind(BadRequest bad) {
        return "bad: " + bad.name();
    }

    void refuse(BadRequest bad, boolean streaming) throws InterruptedException {
        findings.count(kind(bad));
        Outcome outcome = bad.make(
                models,
                streaming,
                callers,
                complaint -> findings.check(Check.HANDLER, false, "%s: %s", bad.name(), complaint));
        if (mustEnd(bad.name(), outcome)) {
            findings.check(Check.REFUSAL, bad.isRefused(outcome), "%s: %s", bad.name(), outcome);
        }
    }
}
