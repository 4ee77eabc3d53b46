package org.steering4j.trainer.command;

import java.nio.file.Files;
import java.nio.file.Path;
import org.steering4j.SteeredModel;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.vector.ModelShape;

/**
 * A variant of a model: a model folder, the model with a LoRA adapter, or the variant that comes with this program. Immutable.
 *
 * @param name what figures call it
 * @param folder of the model or of the adapter; null for the variant that comes with this program
 * @param base what the adapter is for; null if there is none
 */
record OtherModel(String name, Path folder, ModelOption base) {

    static final String EMBEDDED_VARIANT = "embedded-variant";

    /**
     * @param given a folder or {@value #EMBEDDED_VARIANT}
     * @param base what an adapter is for
     * @throws org.steering4j.checkpoint.ModelFolderException if the adapter cannot be read or does not fit
     */
    static OtherModel of(String given, ModelOption base) {
        if (given.equals(EMBEDDED_VARIANT)) {
            return new OtherModel(given, null, null);
        }
        Path folder = Path.of(given);
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        if (!Files.exists(folder.resolve("adapter_config.json"))) {
            return new OtherModel(name, folder, null);
        }
        LoraAdapter adapter = LoraAdapter.read(folder);
        base.read(model -> {
            adapter.requireFit(ModelFolder.open(model));
            return null;
        });
        return new OtherModel(name, folder, base);
    }

    ModelShape shape() {
        if (folder == null) {
            // A variant differs in its weights alone.
            return SteeredModel.embeddedShape();
        }
        return base == null
                ? LanguageModel.shapeOf(ModelFolder.open(folder))
                : base.read(model -> LanguageModel.shapeOf(ModelFolder.open(model), LoraAdapter.read(folder)));
    }

    SteeredModel openIn(Precision precision) {
        if (folder == null) {
            return SteeredModel.embeddedVariant(engine -> engine.precision(precision));
        }
        return base == null ? SteeredModel.open(folder, precision) : base.openIn(precision, folder);
    }
}
