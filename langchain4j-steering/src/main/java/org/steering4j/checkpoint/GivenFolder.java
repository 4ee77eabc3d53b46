package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells what a folder is that somebody gives as a model's or as an adapter's, by the names of the files in it, and finds the folder that is meant
 * where there is but one. Stateless.
 */
final class GivenFolder {

    static final String MODEL = "config.json";
    static final String ADAPTER = "adapter_config.json";
    static final String ADAPTER_WEIGHTS = "adapter_model.safetensors";

    private static final List<String> OF_ADAPTERS = List.of(ADAPTER, ADAPTER_WEIGHTS, "adapter_model.bin");
    private static final int MOST_LISTED = 8;

    private GivenFolder() {}

    /** @throws ModelFolderException if it is no folder, an adapter's, or one that holds models in folders of their own */
    static Path ofModel(Path given) {
        Path folder = folder(given, "a model's holds config.json, model.safetensors and tokenizer.json");
        if (Files.exists(folder.resolve(MODEL))) {
            return folder;
        }
        if (holdsAdapter(folder)) {
            throw adapterInsteadOfModel(folder);
        }
        List<String> models = foldersWith(folder, MODEL);
        if (!models.isEmpty()) {
            throw new ModelFolderException("%s holds no %s, but these folders in it do: %s; open one of them"
                    .formatted(folder, MODEL, String.join(", ", models)));
        }
        List<String> adapters = foldersWith(folder, ADAPTER);
        if (!adapters.isEmpty()) {
            throw new ModelFolderException(
                    "%s holds no model, but LoRA adapters in these folders: %s; open the model that they were made for, and give one of them as its adapter (--adapter, steering.adapter, or adapter(...) in code)"
                            .formatted(folder, String.join(", ", adapters)));
        }
        return folder;
    }

    /** @throws ModelFolderException if it is no folder, a model's, or one that holds adapters in folders of their own */
    static Path ofAdapter(Path given) {
        String expected = "a LoRA adapter's folder holds %s and %s".formatted(ADAPTER, ADAPTER_WEIGHTS);
        Path folder = folder(given, expected);
        if (Files.exists(folder.resolve(ADAPTER)) && Files.exists(folder.resolve(ADAPTER_WEIGHTS))) {
            return folder;
        }
        List<String> adapters = foldersWith(folder, ADAPTER);
        if (!adapters.isEmpty() && !Files.exists(folder.resolve(ADAPTER))) {
            throw new ModelFolderException("%s holds no %s, but these folders in it do: %s; give one of them"
                    .formatted(folder, ADAPTER, String.join(", ", adapters)));
        }
        if (Files.exists(folder.resolve("adapter_model.bin")) && !Files.exists(folder.resolve(ADAPTER_WEIGHTS))) {
            throw new ModelFolderException(
                    "%s holds the adapter's weights as adapter_model.bin, a pickle, which is not read; save them with PEFT's save_pretrained(FOLDER, safe_serialization=True) as %s"
                            .formatted(folder, ADAPTER_WEIGHTS));
        }
        if (!holdsAdapter(folder) && Files.exists(folder.resolve(MODEL))) {
            throw new ModelFolderException(
                    "%s holds a model, not a LoRA adapter: open it as the model; %s".formatted(folder, expected));
        }
        for (String needed : List.of(ADAPTER, ADAPTER_WEIGHTS)) {
            if (!Files.exists(folder.resolve(needed))) {
                throw new ModelFolderException("%s is missing; %s".formatted(folder.resolve(needed), expected));
            }
        }
        return folder;
    }

    static ModelFolderException adapterInsteadOfModel(Path folder) {
        return new ModelFolderException(
                "%s holds a LoRA adapter, not a model: open the model that it was made for%s, and give this folder as its adapter (--adapter, steering.adapter, or adapter(...) in code)"
                        .formatted(folder, baseOf(folder)));
    }

    /** Whether there are files of an adapter, whatever else there is. */
    static boolean holdsAdapter(Path folder) {
        return OF_ADAPTERS.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    private static Path folder(Path given, String expected) {
        if (!Files.isDirectory(given)) {
            throw new ModelFolderException("%s is not a folder; %s".formatted(given, expected));
        }
        boolean complete = Files.exists(given.resolve(MODEL)) || holdsAdapter(given);
        return complete
                ? given
                : HubCacheFolder.of(given).map(HubCacheFolder::snapshot).orElse(given);
    }

    private static List<String> foldersWith(Path folder, String file) {
        try (Stream<Path> inside = Files.list(folder)) {
            List<String> names = inside.filter(inner -> Files.exists(inner.resolve(file)))
                    .map(inner -> inner.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
            return names.size() <= MOST_LISTED
                    ? names
                    : Stream.concat(names.stream().limit(MOST_LISTED), Stream.of("..."))
                            .collect(Collectors.toList());
        } catch (IOException e) {
            throw new ModelFolderException("%s cannot be listed: %s".formatted(folder, e), e);
        }
    }

    /** As the adapter names it. */
    private static String baseOf(Path folder) {
        if (!Files.exists(folder.resolve(ADAPTER))) {
            return "";
        }
        JsonNode json = JsonFiles.readObject(folder.resolve(ADAPTER));
        return Optional.of(json.path("base_model_name_or_path").asText(""))
                .filter(name -> !name.isBlank())
                .map(name -> ", " + name)
                .orElse("");
    }
}
