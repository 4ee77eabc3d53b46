package org.steering4j.checkpoint;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells by the path of a folder in the Hugging Face cache, {@code models--OWNER--NAME/snapshots/COMMIT}, which model it holds. */
final class HubCacheFolder {

    private static final Pattern MODEL = Pattern.compile("models--([^/]+?)--([^/]+)");

    private HubCacheFolder() {}

    /** {@code OWNER/NAME}: the folder's own name would be a commit, and what config.json says is often a path of those who made the model. */
    static Optional<String> modelName(Path folder) {
        if (folder.getNameCount() < 3 || !folder.getParent().endsWith("snapshots")) {
            return Optional.empty();
        }
        Matcher model =
                MODEL.matcher(folder.getParent().getParent().getFileName().toString());
        return model.matches() ? Optional.of(model.group(1) + "/" + model.group(2)) : Optional.empty();
    }
}
