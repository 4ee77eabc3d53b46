package org.steering4j.recipe;

import java.io.IOException;
import java.nio.file.Path;
import org.steering4j.recipe.pretraining.Pretraining;
import org.steering4j.recipe.pretraining.PretrainingSettings;

/** Makes the embedded model: tokenizer, pre-training, files. */
public final class RecipeMain {

    private static final int VOCABULARY_SIZE = 2048;
    private static final int TOKENIZER_CONVERSATIONS = 20_000;
    private static final long SEED = 20_240_601;

    private RecipeMain() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Path work = Path.of(arguments[1]);
        Corpus corpus = new Corpus(SEED);
        BytePairEncodingTrainer trainer = new BytePairEncodingTrainer();
        for (int i = 0; i < TOKENIZER_CONVERSATIONS; i++) {
            trainer.read(corpus.conversation(i));
        }
        trainer.train(VOCABULARY_SIZE).writeTo(folder);
        PretrainingSettings settings = PretrainingSettings.standard(SEED);
        if (arguments.length > 2) {
            settings = settings.withTotalTokens(Long.parseLong(arguments[2]));
        }
        new Pretraining(settings, work, System.out::println)
                .run(
                        corpus,
                        folder,
                        VOCABULARY_SIZE,
                        SpecialToken.END_OF_TEXT.ordinal(),
                        SpecialToken.TURN_END.ordinal());
    }
}
