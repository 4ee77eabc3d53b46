package org.steering4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.ScriptedEngine;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.vector.ModelShape;

/** Opens the embedded model with a script in place of its network, for what so small a model cannot know. */
public final class KnowingModel {

    /** More than the embedded model's own, which long questions would fill. */
    private static final int CONTEXT_TOKENS = 8192;

    private KnowingModel() {}

    /**
     * @param answers from a prompt's text to the answers to it, the preferred one first; which is given depends on what the request allows.
     *     Prompts come without special tokens; in answers, control tokens count.
     */
    public static SteeredModel open(Function<String, List<String>> answers) {
        EmbeddedModel embedded = EmbeddedModel.unpack();
        ModelConfiguration configuration = ModelFolder.open(embedded.folder()).configuration();
        PromptRenderer prompts = PromptRenderer.open(embedded.folder());
        ScriptedEngine engine = new ScriptedEngine(
                CONTEXT_TOKENS,
                configuration.vocabularySize(),
                prompt ->
                        answers
                                .apply(prompts.tokenizer()
                                        .decode(prompt.stream()
                                                .mapToInt(token -> token)
                                                .toArray()))
                                .stream()
                                .map(answer -> tokens(prompts, answer))
                                .toList());
        ModelShape shape = new ModelShape(
                configuration.name(),
                configuration.modelType(),
                configuration.numberOfLayers(),
                configuration.hiddenSize());
        return new SteeredModel(engine, prompts, shape, GenerationDefaults.read(embedded.folder()), embedded::delete);
    }

    private static List<Integer> tokens(PromptRenderer prompts, String answer) {
        List<Integer> tokens = new ArrayList<>();
        Arrays.stream(prompts.tokenizer().encodeWithControlTokens(answer)).forEach(tokens::add);
        tokens.add(prompts.endTokens().iterator().next());
        return tokens;
    }
}
