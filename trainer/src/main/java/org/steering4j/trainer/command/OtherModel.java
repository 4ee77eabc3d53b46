package org.steering4j.trainer.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
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
 * @param isAdapter whether the folder is that of an adapter
 * @param base what it is a variant of
 */
record OtherModel(String name, Path folder, boolean isAdapter, ModelOption base) {

    static final String EMBEDDED_VARIANT = "embedded-variant";

    /**
     * @param given a folder or {@value #EMBEDDED_VARIANT}
     * @param base what it is a variant of, and an adapter for
     * @throws org.steering4j.checkpoint.ModelFolderException if the adapter cannot be read or does not fit
     */
    static OtherModel of(String given, ModelOption base) {
        if (given.equals(EMBEDDED_VARIANT)) {
            return new OtherModel(given, null, false, base);
        }
        Path folder = Path.of(given);
        if (!Files.exists(folder.resolve("adapter_config.json"))) {
            String name = folder.toAbsolutePath().normalize().getFileName().toString();
            return new OtherModel(name, folder, false, base);
        }
        LoraAdapter adapter = LoraAdapter.read(folder);
        base.read(model -> {
            adapter.requireFit(ModelFolder.open(model));
            return null;
        });
        return new OtherModel(adapter.name(), folder, true, base);
    }

    ModelShape shape() {
        if (folder == null) {
            // A variant differs in its weights alone.
            return SteeredModel.embeddedShape();
        }
        return isAdapter
                ? base.read(model -> LanguageModel.shapeOf(ModelFolder.open(model), LoraAdapter.read(folder)))
                : LanguageModel.shapeOf(ModelFolder.open(folder));
    }

    SteeredModel openIn(Precision precision) {
        if (isAdapter) {
            return base.openIn(precision, folder);
        }
        Consumer<LanguageModel.Builder> settings = engine -> base.applyContextLength(engine.precision(precision));
        SteeredModel opened =
                folder == null ? SteeredModel.embeddedVariant(settings) : SteeredModel.open(folder, settings);
        base.say(opened, "");
        return opened;
    }
}
