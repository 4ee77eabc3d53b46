package org.steering4j.engine;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Choosing one token of Qwen2.5's vocabulary, the copy of its logits included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplerBenchmark {

    private static final int VOCABULARY = 151_936;

    @Param({"greedy", "temperature", "topK", "topP", "penalties"})
    private String sampling;

    private float[] logits;
    private Sampler sampler;

    @Setup
    public void prepare() {
        Random random = new Random(1);
        logits = new float[VOCABULARY];
        for (int token = 0; token < VOCABULARY; token++) {
            logits[token] = 3 * (float) random.nextGaussian();
        }
        Sampling.Builder settings = Sampling.builder().seed(1);
        switch (sampling) {
            case "greedy" -> settings.temperature(0);
            case "topK" -> settings.topK(50);
            case "topP" -> settings.topP(0.9);
            case "penalties" -> settings.temperature(0).repetitionPenalty(1.1).presencePenalty(0.5);
            default -> settings.temperature(0.7);
        }
        sampler = new Sampler(settings.build(), random.ints(1000, 0, VOCABULARY).toArray());
    }

    @Benchmark
    public int next() {
        return sampler.next(logits.clone());
    }
}
