package org.steering4j.trainer.command;

import java.nio.file.Path;
import org.steering4j.SteeredModel;
import picocli.CommandLine.Option;

/** The option that names the model. */
final class ModelOption {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|embedded",
            description =
                    "A Hugging Face model folder, or the word embedded for the model that ships with this program.")
    private String model;

    SteeredModel open() {
        return model.equals("embedded") ? SteeredModel.embedded() : SteeredModel.open(Path.of(model));
    }
}
