package org.steering4j.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.hub.ModelHubException.Problem;

/** Which files of a repository a model consists of: only names that are listed here, and shards of a name that leads nowhere else. */
final class ModelFiles {

    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final List<String> REQUIRED = List.of("config.json", "tokenizer.json");
    private static final List<String> WANTED = List.of(
            "config.json",
            "tokenizer.json",
            "generation_config.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "chat_template.json");
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");
    /** What may be said of a name of the hub: it goes to terminals and logs. */
    private static final Pattern PICKLE = Pattern.compile("[A-Za-z0-9._/-]*\\.(bin|pt|pth|ckpt|pkl|pickle)");

    private static final Pattern OTHER_WEIGHTS =
            Pattern.compile("[A-Za-z0-9._/-]*\\.(safetensors|gguf|h5|msgpack|onnx|tflite|npz)");
    private static final int LISTED_NAMES = 5;

    private ModelFiles() {}

    /**
     * Without the shards, which only the index names.
     *
     * @throws ModelHubException if what a model needs is not among them
     */
    static List<String> of(ModelName model, Set<String> repository) {
        String weights = repository.contains(WEIGHTS) ? WEIGHTS : INDEX;
        if (!repository.contains(weights)) {
            throw withoutSafetensors(model, repository);
        }
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
        return Stream.concat(WANTED.stream().filter(repository::contains), Stream.of(weights))
                .toList();
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

    /** What a folder lacks to be opened as a model. */
    static List<String> missingIn(Path folder) {
        List<String> missing = new ArrayList<>();
        Stream.concat(REQUIRED.stream(), weightsOf(folder).stream())
                .filter(name -> !Files.isRegularFile(folder.resolve(name)))
                .forEach(missing::add);
        return missing;
    }

    private static Set<String> weightsOf(Path folder) {
        Path index = folder.resolve(INDEX);
        return Files.exists(folder.resolve(WEIGHTS)) || !Files.exists(index) ? Set.of(WEIGHTS) : shards(index, folder);
    }
}
