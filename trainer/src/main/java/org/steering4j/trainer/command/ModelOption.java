package org.steering4j.trainer.command;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import org.steering4j.SteeredModel;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.PrintableText;
import org.steering4j.vector.Steering;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The option that names the model. */
final class ModelOption {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--model",
            required = true,
            paramLabel = NamedModel.LABEL,
            description =
                    "A Hugging Face model folder; or the name of a model on the Hugging Face hub, owner/name or owner/name@revision, which is"
                            + " downloaded unless it is in the Hugging Face cache folder; or the word embedded for the model that ships with this"
                            + " program.")
    private String model;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description =
                    "float32, bfloat16, float16, int8 or int4; vectors are trained in the first two. Default: for train, extract and evaluate float32, so that results repeat; for"
                            + " complete and chat the one that a short measurement finds faster here.")
    private Precision precision;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "A LoRA adapter's folder, as PEFT writes it, to be merged into the model.")
    private Path adapter;

    @Option(
            names = "--context-length",
            paramLabel = "N",
            description =
                    "The most tokens of prompt and answer together. Default: what the model was made for; of models whose rotary position embedding is"
                            + " scaled by the length, such as Phi-3.5 and Phi-4-mini, their original length.")
    private Integer contextLength;

    /**
     * Opens the model in the precision that was asked for, else in the one that a short measurement finds faster here.
     *
     * @param steering with what, for the line that says so
     */
    SteeredModel open(boolean speculation, Steering steering) {
        SteeredModel opened =
                open(engine -> engine.precision(precision).adapter(adapter).speculation(speculation));
        if (!((Main) command.root().userObject()).isJson()) {
            say(opened, ", steering " + (steering.isNone() ? "none" : steering));
        }
        return opened;
    }

    /** Opens the model in the precision that was asked for, else in the given one. */
    SteeredModel openIn(Precision otherwise) {
        return openIn(precisionOr(otherwise), adapter);
    }

    /** Opens the model with another adapter than the one that was asked for. */
    SteeredModel openIn(Precision chosen, Path otherAdapter) {
        SteeredModel opened = open(engine -> engine.precision(chosen).adapter(otherAdapter));
        say(opened, "");
        return opened;
    }

    /** One line in place of all that the libraries below log. */
    void say(SteeredModel opened, String more) {
        Main main = (Main) command.root().userObject();
        main.errors()
                .println(PrintableText.line("model " + opened.languageModel().description() + more));
    }

    /** The precision that was asked for, else the given one. */
    Precision precisionOr(Precision otherwise) {
        return precision == null ? otherwise : precision;
    }

    /** Reads something of its folder, which may be gone afterwards, without opening it. */
    <T> T read(Function<Path, T> reader) {
        return model.equals("embedded") ? SteeredModel.readEmbedded(reader) : reader.apply(folder());
    }

    /** For the context length that was asked for, if one was. */
    void applyContextLength(LanguageModel.Builder engine) {
        if (contextLength != null) {
            engine.contextLength(contextLength);
        }
    }

    private SteeredModel open(Consumer<LanguageModel.Builder> settings) {
        Consumer<LanguageModel.Builder> all = settings.andThen(this::applyContextLength);
        return model.equals("embedded") ? SteeredModel.embedded(all) : SteeredModel.open(folder(), all);
    }

    private Path folder() {
        return NamedModel.folder(model, command);
    }
}
