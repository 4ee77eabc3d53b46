package org.steering4j.recipe.sample;

import java.nio.file.Path;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;

/** The model that a sample runs: the folder that the system property {@code model} names, else the embedded one. Stateless. */
public final class SampleModel {

    private static final String PROPERTY = "model";

    private SampleModel() {}

    /**
     * Opens it, in float32: vectors are trained on it.
     *
     * @throws org.steering4j.checkpoint.ModelFolderException if the folder is not one of a model that can be run
     */
    public static SteeredModel open() {
        String folder = System.getProperty(PROPERTY, "");
        return folder.isBlank()
                ? SteeredModel.embedded(Precision.FLOAT32)
                : SteeredModel.open(Path.of(folder), Precision.FLOAT32);
    }
}
