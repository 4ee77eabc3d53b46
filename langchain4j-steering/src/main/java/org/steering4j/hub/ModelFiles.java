package org.steering4j.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.hub.ModelHubException.Problem;

/** Which files of a repository a model consists of: only paths that are listed here, and shards of a name that leads nowhere else. */
final class ModelFiles {

    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final String GENERATION_CONFIGURATION = "generation_config.json";
    private static final String TOKENIZER_CONFIGURATION = "tokenizer_config.json";
    private static final String CHAT_TEMPLATE = "chat_template.jinja";
    private static final String ADAPTER = "adapter_config.json";
    private static final List<String> REQUIRED = List.of("config.json", "tokenizer.json");
    private static final List<String> WANTED = List.of(
            "config.json",
            "tokenizer.json",
            GENERATION_CONFIGURATION,
            TOKENIZER_CONFIGURATION,
            "special_tokens_map.json",
            "added_tokens.json",
            CHAT_TEMPLATE,
            "additional_chat_templates/tool_use.jinja",
            "chat_template.json",
            ADAPTER,
            "adapter_model.safetensors"); // who opens a model with an adapter of its own is asked what to do with it
    /** A folder can be opened without them, but the model may answer otherwise then: with no template, or past its end of turn. */
    static final List<String> LOOKED_FOR = List.of(GENERATION_CONFIGURATION, TOKENIZER_CONFIGURATION, CHAT_TEMPLATE);

    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");
    /** What may be said of a name of the hub: it goes to terminals and logs. */
    private static final Pattern PICKLE = Pattern.compile("[A-Za-z0-9._/-]*\\.(bin|pt|pth|ckpt|pkl|pickle)");

    private static final Pattern OTHER_WEIGHTS =
            Pattern.compile("[A-Za-z0-9._/-]*\\.(safetensors|gguf|h5|msgpack|onnx|tflite|npz)");
    private static final int LISTED_NAMES = 5;

    private ModelFiles() {}

    /**
     * The file of all weights, or the index of their shards.
     *
     * @throws ModelHubException if there is neither
     */
    static String weights(ModelName model, Set<String> repository) {
        refuseAdapter(model, repository);
        String weights = repository.contains(WEIGHTS) ? WEIGHTS : INDEX;
        if (!repository.contains(weights)) {
            throw withoutSafetensors(model, repository);
        }
        return weights;
    }

    /**
     * All but the weights.
     *
     * @throws ModelHubException if what a model needs is not among them
     */
    static List<String> besideWeights(ModelName model, Set<String> repository) {
        refuseAdapter(model, repository);
        for (String required : REQUIRED) {
            if (!repository.contains(required)) {
                throw new ModelHubException(
                        Problem.NOT_USABLE,
                        "%s has no %s, without which it cannot be run here: %s"
                                .formatted(
                                        model,
                                        required,
                                        required.equals("tokenizer.json")
                                                ? "make one with AutoTokenizer.from_pretrained(...).save_pretrained(FOLDER) of Python's transformers, and open the folder"
                                                : "choose a repository of a language model in the form of Python's transformers"));
            }
        }
        return WANTED.stream().filter(repository::contains).toList();
    }

    private static void refuseAdapter(ModelName model, Set<String> repository) {
        if (repository.contains(ADAPTER) && !repository.contains("config.json")) {
            throw new ModelHubException(
                    Problem.NOT_USABLE,
                    "%s is a LoRA adapter, not a model: download it with `hf download %s --local-dir FOLDER`, open the model that it was made for, and give the folder as its adapter"
                            .formatted(model, model.id()));
        }
    }

    private static ModelHubException withoutSafetensors(ModelName model, Set<String> repository) {
        List<String> pickles = matching(repository, PICKLE);
        if (!pickles.isEmpty()) {
            return new ModelHubException(
                    Problem.NOT_USABLE,
                    "%s has its weights as pickles only (%s), which can run any code when they are opened and are therefore never downloaded: choose a revision or a repository that has %s, or convert them with Python's save_pretrained(FOLDER) and open the folder"
                            .formatted(model, abridged(pickles), WEIGHTS));
        }
        List<String> others = matching(repository, OTHER_WEIGHTS);
        return new ModelHubException(
                Problem.NOT_USABLE,
                "%s has neither %s nor %s%s: choose a repository that has"
                        .formatted(model, WEIGHTS, INDEX, others.isEmpty() ? "" : ", but " + abridged(others)));
    }

    private static List<String> matching(Set<String> names, Pattern pattern) {
        return names.stream().filter(name -> pattern.matcher(name).matches()).toList();
    }

    private static String abridged(List<String> names) {
        return names.stream().limit(LISTED_NAMES).collect(Collectors.joining(", "))
                + (names.size() > LISTED_NAMES ? ", ..." : "");
    }

    /**
     * The shards that an index names.
     *
     * @param where to say what the index belongs to
     * @throws ModelHubException if it names something else
     * @throws org.steering4j.checkpoint.ModelFolderException if it cannot be read
     */
    static Set<String> shards(Path index, Object where) {
        JsonNode map = JsonFiles.readObject(index).path("weight_map");
        Set<String> shards = new LinkedHashSet<>();
        for (JsonNode shard : map) {
            if (!shard.isTextual() || !SHARD.matcher(shard.textValue()).matches()) {
                throw new ModelHubException(
                        Problem.NOT_USABLE,
                        "%s of %s names the file %s: expected the name of a .safetensors file beside it. It is not downloaded; choose another repository"
                                .formatted(INDEX, where, shard));
            }
            shards.add(shard.textValue());
        }
        return shards;
    }

    /** The shards that an index names, all of which are to be in the repository. */
    static Set<String> shards(Path index, ModelName model, Set<String> repository) {
        Set<String> shards = shards(index, model);
        if (shards.isEmpty() || !repository.containsAll(shards)) {
            List<String> missing =
                    shards.stream().filter(shard -> !repository.contains(shard)).toList();
            throw new ModelHubException(
                    Problem.NOT_USABLE,
                    "%s of %s names %s: its weights are not complete, choose another revision or repository"
                            .formatted(
                                    INDEX,
                                    model,
                                    missing.isEmpty() ? "no files" : "files that it has not, " + abridged(missing)));
        }
        return shards;
    }

    /** What a folder lacks to be opened as a model, or, without weights, as a tokenizer. */
    static List<String> missingIn(Path folder, boolean withWeights) {
        Set<String> weights = withWeights ? weightsOf(folder) : Set.of();
        return Stream.concat(REQUIRED.stream(), weights.stream())
                .filter(name -> !isIn(folder, name))
                .toList();
    }

    /** Those of {@link #LOOKED_FOR} that a folder lacks; it does not lack a template that is in another file. */
    static List<String> optionalMissingIn(Path folder) {
        return LOOKED_FOR.stream()
                .filter(name -> !isIn(folder, name))
                .filter(name -> !name.equals(CHAT_TEMPLATE) || !hasTemplate(folder))
                .toList();
    }

    private static boolean hasTemplate(Path folder) {
        if (isIn(folder, "chat_template.json") || !isIn(folder, TOKENIZER_CONFIGURATION)) {
            return isIn(folder, "chat_template.json");
        }
        try {
            return JsonFiles.readObject(folder.resolve(TOKENIZER_CONFIGURATION)).hasNonNull("chat_template");
        } catch (ModelFolderException e) {
            return true; // who opens the model is told of the broken file
        }
    }

    private static boolean isIn(Path folder, String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    private static Set<String> weightsOf(Path folder) {
        Path index = folder.resolve(INDEX);
        return Files.exists(folder.resolve(WEIGHTS)) || !Files.exists(index) ? Set.of(WEIGHTS) : shards(index, folder);
    }
}
