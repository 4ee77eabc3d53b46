package org.steering4j.engine;

import java.util.Arrays;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.steering4j.SteeredModel;
import org.steering4j.vector.LayerSteering;

/**
 * One pass of the embedded model in float32 over new tokens of some rows after 200 tokens of context, up to the logits in Java; without
 * sampling. With several tokens a row, it is what verifying a draft takes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecodeStepBenchmark {

    private static final int CONTEXT_TOKENS = 200;

    @Param({"1", "8"})
    private int rows;

    @Param({"1", "4", "16"})
    private int tokens;

    private SteeredModel model;
    private PrefixCache prefixes;
    private KeyValueRows running;
    private int[][] next;
    private int[] wanted;

    @Setup
    public void prepare() {
        model = SteeredModel.embedded(Precision.FLOAT32);
        LanguageModel engine = model.languageModel();
        Random random = new Random(1);
        prefixes = new PrefixCache(engine, 0);
        running = new KeyValueRows(engine, prefixes);
        int[][] prompts = new int[rows][];
        next = new int[rows][];
        for (int row = 0; row < rows; row++) {
            prompts[row] =
                    random.ints(CONTEXT_TOKENS, 0, engine.vocabularySize()).toArray();
            next[row] = random.ints(tokens, 0, engine.vocabularySize()).toArray();
            running.add(prompts[row], LayerSteering.none(), CachePartition.UNNAMED);
        }
        running.run(prompts, new int[rows]);
        wanted = new int[rows];
        Arrays.fill(wanted, tokens);
    }

    @Benchmark
    public float[][][] step() {
        float[][][] logits = running.run(next, wanted);
        for (int row = 0; row < rows; row++) {
            running.takeBack(row, tokens);
        }
        return logits;
    }

    @TearDown
    public void close() {
        running.close();
        prefixes.close();
        model.close();
    }
}
