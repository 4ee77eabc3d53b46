package org.steering4j;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.PromptTooLongException;
import org.steering4j.engine.StopCause;
import org.steering4j.engine.TokenGenerator;
import org.steering4j.engine.TokenListener;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.prompt.SmallTokenizers;
import org.steering4j.vector.ModelShape;

/** A token source that says what a test tells it to, with a real tokenizer and chat template around it, and remembers what it was asked. */
final class ScriptedModel implements TokenGenerator, AutoCloseable {

    static final ModelShape SHAPE = new ModelShape("scripted", "llama", 4, 3);

    /** ChatML, and a line for each tool. */
    static final String TEMPLATE = "{%- for tool in tools or [] %}{{- 'tool: ' ~ tool | tojson ~ '\\n' }}{%- endfor %}"
            + SmallTokenizers.CHATML;

    final List<GenerationRequest> requests = new ArrayList<>();
    final BlockingQueue<StopCause> ends = new LinkedBlockingQueue<>();
    final PromptRenderer prompts;
    int contextLength = 4096;
    int cachedTokens;
    boolean closed;
    Runnable beforeEachToken = () -> {};
    private Function<String, String> answers = prompt -> "hello";

    ScriptedModel(Path folder) {
        this(folder, TEMPLATE);
    }

    /** @param specialTokens that the tokenizer has instead of those around tool calls of Hermes and Qwen */
    ScriptedModel(Path folder, String template, String... specialTokens) {
        this(PromptRenderer.open(SmallTokenizers.byteLevel(folder, template, specialTokens)));
    }

    ScriptedModel(PromptRenderer prompts) {
        this.prompts = prompts;
    }

    ScriptedModel answering(String answer) {
        return answering(prompt -> answer);
    }

    /** @param answers from the prompt's text, without its control tokens, to the answer's, in which control tokens count */
    ScriptedModel answering(Function<String, String> answers) {
        this.answers = answers;
        return this;
    }

    SteeredModel open() {
        return open(GenerationDefaults.GREEDY);
    }

    SteeredModel open(GenerationDefaults defaults) {
        return new SteeredModel(this, prompts, SHAPE, defaults, () -> {});
    }

    String promptText(int request) {
        return prompts.tokenizer().decode(requests.get(request).prompt());
    }

    @Override
    public GenerationResult generate(GenerationRequest request, TokenListener listener) {
        synchronized (requests) {
            requests.add(request);
        }
        if (request.prompt().length >= contextLength) {
            throw new PromptTooLongException(request.prompt().length, contextLength);
        }
        int[] answer = prompts.tokenizer()
                .encodeWithControlTokens(answers.apply(prompts.tokenizer().decode(request.prompt())));
        int[] script = Arrays.copyOf(answer, answer.length + 1);
        script[answer.length] = request.endTokens().iterator().next();
        int room = contextLength - request.prompt().length;
        for (int i = 0; i < script.length; i++) {
            beforeEachToken.run();
            if (request.endTokens().contains(script[i])) {
                return result(script, i, StopCause.END_TOKEN);
            }
            boolean goOn = listener.onToken(script[i]);
            if (!goOn) {
                return result(script, i + 1, StopCause.LISTENER);
            }
            if (i + 1 == request.maximumTokens() || i + 1 == room) {
                return result(script, i + 1, i + 1 == room ? StopCause.CONTEXT_FULL : StopCause.MAXIMUM_TOKENS);
            }
        }
        throw new AssertionError("the script has no end");
    }

    private GenerationResult result(int[] script, int length, StopCause cause) {
        ends.add(cause);
        return new GenerationResult(
                Arrays.copyOf(script, length), cause, Duration.ofMillis(20), Duration.ofMillis(100), cachedTokens);
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int vocabularySize() {
        return 276;
    }

    @Override
    public void close() {
        closed = true;
    }
}
