package org.steering4j.trainer.command;

import dev.langchain4j.data.message.AiMessage;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.steering4j.SteeredModel;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.TokenListener;
import org.steering4j.prompt.AnswerPart;
import org.steering4j.prompt.AnswerReader;
import org.steering4j.prompt.TokenDecoder;
import org.steering4j.vector.LayerSteering;

/**
 * Generates text from token ids for a person who watches.
 *
 * @param stop asked after every token whether to end early
 */
record TextGeneration(SteeredModel model, LayerSteering steering, SamplingOptions sampling, BooleanSupplier stop) {

    /** Hands out what follows a text as it comes, and returns all of it. */
    String goOn(int[] text, Consumer<String> pieces) {
        TokenDecoder decoder = model.prompts().tokenizer().decoder();
        StringBuilder whole = new StringBuilder();
        Consumer<String> out = piece -> {
            whole.append(piece);
            pieces.accept(piece);
        };
        generate(text, token -> {
            out.accept(decoder.append(token));
            return !stop.getAsBoolean();
        });
        out.accept(decoder.finish());
        return whole.toString();
    }

    /** Hands out the answer to a prompt as it comes, what the model thinks and what it says, and returns all of it. */
    AiMessage answer(int[] prompt, Consumer<AnswerPart> parts) {
        AnswerReader reader = model.prompts().answerReader(prompt, List.of(), List.of(), false);
        StringBuilder thinking = new StringBuilder();
        StringBuilder text = new StringBuilder();
        Consumer<AnswerPart> out = part -> {
            if (part instanceof AnswerPart.Thinking piece) {
                thinking.append(piece.text());
            } else if (part instanceof AnswerPart.Text piece) {
                text.append(piece.text());
            }
            parts.accept(part);
        };
        generate(prompt, token -> {
            reader.append(token).forEach(out);
            return !stop.getAsBoolean();
        });
        reader.finish().forEach(out);
        return AiMessage.builder()
                .text(text.toString())
                .thinking(thinking.isEmpty() ? null : thinking.toString())
                .build();
    }

    private void generate(int[] prompt, TokenListener listener) {
        model.languageModel()
                .generate(
                        new GenerationRequest(
                                prompt,
                                steering,
                                sampling.sampling(),
                                sampling.maximumTokens(),
                                model.prompts().endTokens()),
                        listener);
    }
}
