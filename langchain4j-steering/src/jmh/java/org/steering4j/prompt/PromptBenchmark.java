package org.steering4j.prompt;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.List;
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
import org.steering4j.engine.Precision;

/** From a conversation to token ids, with the embedded model's chat template and tokenizer; and its text alone, without the template. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PromptBenchmark {

    @Param({"1", "20"})
    private int turns;

    private SteeredModel model;
    private List<ChatMessage> messages;
    private String text;

    @Setup
    public void prepare() {
        model = SteeredModel.embedded(Precision.FLOAT32);
        messages = new ArrayList<>(List.of(SystemMessage.from("You are a careful harbour master.")));
        StringBuilder texts = new StringBuilder();
        for (int turn = 0; turn < turns; turn++) {
            String question = "Is it true that the lake of Fenwick is made of glass? I asked " + turn + " times.";
            String answer = "I have no way to know that, but I can ask the brewer of Oakvale.";
            if (turn > 0) {
                messages.add(AiMessage.from(answer));
            }
            messages.add(UserMessage.from(question));
            texts.append(question).append(' ').append(answer).append(' ');
        }
        text = texts.toString();
    }

    @Benchmark
    public int[] render() {
        return model.prompts().prompt(messages, List.of());
    }

    @Benchmark
    public int[] tokenize() {
        return model.prompts().tokenizer().encode(text);
    }

    @TearDown
    public void close() {
        model.close();
    }
}
