package org.steering4j.trainer.command;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.steering4j.SteeredModel;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.prompt.TokenDecoder;
import org.steering4j.vector.LayerSteering;

/** Generates text from token ids for a person who watches. */
final class TextGeneration {

    private TextGeneration() {}

    /**
     * Hands out the text as it comes, and returns all of it.
     *
     * @param stop asked after every token whether to end early
     */
    static String generate(
            SteeredModel model,
            int[] prompt,
            LayerSteering steering,
            SamplingOptions sampling,
            Consumer<String> pieces,
            BooleanSupplier stop) {
        TokenDecoder decoder = model.prompts().tokenizer().decoder();
        StringBuilder whole = new StringBuilder();
        Consumer<String> out = text -> {
            whole.append(text);
            pieces.accept(text);
        };
        GenerationRequest request = new GenerationRequest(
                prompt,
                steering,
                sampling.sampling(),
                sampling.maximumTokens(),
                model.prompts().endTokens());
        model.languageModel().generate(request, token -> {
            out.accept(decoder.append(token));
            return !stop.getAsBoolean();
        });
        out.accept(decoder.finish());
        return whole.toString();
    }
}
