package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.internal.FolderName;
import org.steering4j.internal.SafetensorsFile;

/**
 * A low-rank adapter (LoRA, arXiv 2106.09685) in a folder as Hugging Face's PEFT writes it: adapter_config.json and
 * adapter_model.safetensors. It holds for some of a model's matrices W [outputs, inputs] two factors, A [rank, inputs] and
 * B [outputs, rank]; the adapted model multiplies with W + scale B A, where the scale is alpha / rank, or alpha / sqrt(rank) if the
 * adapter is rank-stabilised (arXiv 2312.03732). Rank and alpha may differ from module to module (rank_pattern, alpha_pattern). In families
 * that keep several matrices in one tensor, as Phi-3 does, a module is all of these. An adapter of the output head leaves a token embedding that the
 * head is tied to as it is.
 *
 * <p>Whatever else an adapter may hold or ask for (DoRA, whole modules, biases, embeddings, ...) is refused by name, but for copies of the model's own
 * output head and token embedding, which PEFT writes beside factors of the head.
 * Immutable; may be shared between threads. The factors stay on disk until they are merged.
 */
public final class LoraAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(LoraAdapter.class);
    private static final String CONFIGURATION_FILE = GivenFolder.ADAPTER;
    private static final String WEIGHTS_FILE = GivenFolder.ADAPTER_WEIGHTS;
    private static final Pattern FACTOR = Pattern.compile("base_model\\.model\\.(.+)\\.lora_([AB])\\.weight");

    /** The output head or the token embedding as a whole. */
    private static final Pattern COPY =
            Pattern.compile("base_model\\.model\\.(lm_head|model\\.embed_tokens)(?:\\.base_layer)?\\.weight");

    private static final Pattern OF_EMBEDDING = Pattern.compile(".*\\.lora_embedding_[AB]|.*\\.embed_tokens\\.lora_.*");
    private static final String HEAD = "lm_head";

    /**
     * Settings that are read here, or say how the adapter was trained and on which modules, which its tensors show. Any other may change what
     * it computes. fan_in_fan_out is for layers that keep their matrix transposed, which the models here do not have, and PEFT ignores it for
     * others.
     */
    private static final Set<String> KNOWN = Set.of(
            "peft_type",
            "base_model_name_or_path",
            "r",
            "lora_alpha",
            "rank_pattern",
            "alpha_pattern",
            "use_rslora",
            "target_modules",
            "exclude_modules",
            "bias",
            "init_lora_weights",
            "task_type",
            "auto_mapping",
            "peft_version",
            "revision",
            "inference_mode",
            "lora_dropout",
            "fan_in_fan_out",
            "layers_to_transform",
            "layers_pattern",
            "megatron_config",
            "megatron_core",
            "loftq_config",
            "eva_config",
            "corda_config",
            "lora_ga_config",
            "qalora_group_size",
            "ensure_weight_tying");
    /** Ways to begin that change the base model's weights as well. */
    private static final Pattern CHANGES_BASE =
            Pattern.compile("(pissa|olora|corda|loftq|lora_ga).*", Pattern.CASE_INSENSITIVE);
    /** Modules of several matrices, one below the other, in this order. */
    private static final Map<String, List<String>> FUSED = Map.of(
            "qkv_proj", List.of("q_proj", "k_proj", "v_proj"),
            "gate_up_proj", List.of("gate_proj", "up_proj"));

    private final Path folder;
    private final SafetensorsFile weights;
    private final String baseName;
    private final Map<String, Double> scales;
    private final List<String> targetsWithoutTensors;

    private LoraAdapter(
            Path folder,
            SafetensorsFile weights,
            String baseName,
            Map<String, Double> scales,
            List<String> targetsWithoutTensors) {
        this.folder = folder;
        this.weights = weights;
        this.baseName = baseName;
        this.scales = scales;
        this.targetsWithoutTensors = targetsWithoutTensors;
    }

    /**
     * @param given its folder, or in the Hugging Face cache one that holds it as a snapshot, as {@link ModelFolder#find}
     * @throws ModelFolderException if a file is missing, or the adapter is not complete or of a kind that is not supported
     * @throws org.steering4j.vector.InvalidFileException if adapter_model.safetensors is damaged
     */
    public static LoraAdapter read(Path given) {
        Path folder = GivenFolder.ofAdapter(given);
        Path configuration = folder.resolve(CONFIGURATION_FILE);
        JsonNode json = JsonFiles.readObject(configuration);
        refuseUnsupported(configuration, json);
        SafetensorsFile weights = SafetensorsFile.open(folder.resolve(WEIGHTS_FILE));
        Set<String> modules = modules(weights);
        Map<String, Double> scales = new LinkedHashMap<>();
        for (String module : modules) {
            long rank = Math.round(setting(configuration, json, "r", "rank_pattern", module));
            double alpha = setting(configuration, json, "lora_alpha", "alpha_pattern", module);
            requireRank(weights, module, rank);
            scales.put(module, alpha / (json.path("use_rslora").asBoolean() ? Math.sqrt(rank) : rank));
        }
        return new LoraAdapter(
                folder,
                weights,
                json.path("base_model_name_or_path").asText(""),
                scales,
                targetsWithoutTensors(json, modules));
    }

    /** What people call it: its name on the hub if it lies in the Hugging Face cache, without the owner; else its folder's, see {@link FolderName}. */
    public String name() {
        return HubCacheFolder.modelName(folder.toAbsolutePath().normalize())
                .map(LoraAdapter::lastSegment)
                .or(() -> FolderName.of(folder))
                .orElse("adapter");
    }

    /** Of a module: what the first pattern says that its name ends in, else what holds for all. PEFT takes patterns for regular expressions. */
    private static double setting(Path file, JsonNode json, String key, String patterns, String module) {
        positive(file, json, key);
        for (Map.Entry<String, JsonNode> entry : json.path(patterns).properties()) {
            try {
                if (Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", module)) {
                    return positive(file, json.path(patterns), entry.getKey());
                }
            } catch (PatternSyntaxException e) {
                throw new ModelFolderException(
                        "%s: %s holds \"%s\", which is not a regular expression: %s; save the adapter again"
                                .formatted(file, patterns, entry.getKey(), e.getDescription()));
            }
        }
        return positive(file, json, key);
    }

    private static void refuseUnsupported(Path file, JsonNode json) {
        String type = json.path("peft_type").asText();
        if (!type.equals("LORA")) {
            throw new ModelFolderException("%s: peft_type is \"%s\"; only LORA can be merged".formatted(file, type));
        }
        for (Map.Entry<String, JsonNode> setting : json.properties()) {
            if (!KNOWN.contains(setting.getKey()) && !isUnset(setting.getValue())) {
                throw unsupported(file, setting.getKey(), setting.getValue(), "absent or empty");
            }
        }
        String bias = json.path("bias").asText("none");
        if (!bias.equals("none")) {
            throw unsupported(file, "bias", json.get("bias"), "\"none\"");
        }
        JsonNode beginning = json.path("init_lora_weights");
        if (CHANGES_BASE.matcher(beginning.asText()).matches()) {
            throw unsupported(file, "init_lora_weights", beginning, "a way to begin that leaves the base as it is");
        }
    }

    private static boolean isUnset(JsonNode value) {
        return value.isNull()
                || value.isBoolean() && !value.booleanValue()
                || value.isContainerNode() && value.isEmpty();
    }

    private static ModelFolderException unsupported(Path file, String key, JsonNode value, String expected) {
        return new ModelFolderException(
                "%s: %s is %s, which cannot be merged; expected %s. Merge it with PEFT (merge_and_unload) and open the merged model"
                        .formatted(file, key, value, expected));
    }

    private static double positive(Path file, JsonNode json, String key) {
        JsonNode value = json.path(key);
        boolean fits = key.equals("r") ? value.canConvertToInt() && value.isIntegralNumber() : value.isNumber();
        if (!fits || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
            throw new ModelFolderException("%s: %s is %s; expected a number above 0"
                    .formatted(file, key, value.isMissingNode() ? "missing" : value));
        }
        return value.doubleValue();
    }

    /** The names of the adapted modules; each has both of its factors, which are matrices. */
    private static Set<String> modules(SafetensorsFile weights) {
        Map<String, Integer> factors = new LinkedHashMap<>();
        weights.tensors().forEach((name, tensor) -> {
            Matcher factor = FACTOR.matcher(name);
            if (COPY.matcher(name).matches()) {
                return;
            }
            if (OF_EMBEDDING.matcher(name).matches()) {
                throw new ModelFolderException(
                        "%s: the tensor %s adapts the token embedding, which cannot be merged here; merge it with PEFT (merge_and_unload) and open the merged model. If the output head is tied to the embedding, untie them first, as PEFT then tells how, or the head changes with it"
                                .formatted(weights.path(), name));
            }
            if (!factor.matches()) {
                throw new ModelFolderException(
                        "%s: the tensor %s is not supported; expected only base_model.model.MODULE.lora_A.weight and lora_B.weight"
                                .formatted(weights.path(), name));
            }
            if (!tensor.dataType().isFloatingPoint() || tensor.shape().size() != 2) {
                throw new ModelFolderException("%s: the tensor %s is %s%s; expected a matrix of floating-point numbers"
                        .formatted(weights.path(), name, tensor.dataType(), tensor.shape()));
            }
            factors.merge(factor.group(1), 1, Integer::sum);
        });
        if (factors.isEmpty()) {
            throw new ModelFolderException(weights.path() + " holds no tensors; save the adapter again");
        }
        factors.forEach((module, count) -> {
            if (count != 2) {
                String half = weights.tensors().containsKey(factor(module, "A")) ? "B" : "A";
                throw new ModelFolderException("%s lacks the tensor %s, the other half of %s; save the adapter again"
                        .formatted(weights.path(), factor(module, half), module));
            }
        });
        return factors.keySet();
    }

    private static void requireRank(SafetensorsFile weights, String module, long rank) {
        for (String letter : List.of("A", "B")) {
            List<Long> shape = weights.tensors().get(factor(module, letter)).shape();
            if (shape.get(letter.equals("A") ? 0 : 1) != rank) {
                throw new ModelFolderException("%s: the tensor %s has the shape %s; expected %s, as r is %d"
                        .formatted(
                                weights.path(),
                                factor(module, letter),
                                shape,
                                letter.equals("A") ? "[r, inputs]" : "[outputs, r]",
                                rank));
            }
        }
    }

    /** Of a list of targets. One list may serve models of several families, of which none has all modules; a text is a pattern, or "all-linear". */
    private static List<String> targetsWithoutTensors(JsonNode json, Set<String> modules) {
        List<String> targets = new ArrayList<>();
        JsonNode excluded = json.path("exclude_modules");
        if (excluded.isEmpty() && !excluded.isTextual()) {
            json.path("target_modules").forEach(target -> targets.add(target.asText()));
        }
        targets.removeIf(target -> modules.stream().anyMatch(module -> isNamed(module, target)));
        return targets;
    }

    private static boolean isNamed(String module, String target) {
        return module.equals(target) || module.endsWith("." + target);
    }

    private static String factor(String module, String letter) {
        return "base_model.model." + module + ".lora_" + letter + ".weight";
    }

    /**
     * Writes the adapted model as a folder of its own, named after that folder: every matrix W that the adapter knows becomes
     * W + scale B A, computed in float64 and rounded to the type that the base stores W in; everything else is copied. The folder is
     * there completely or not at all. Needs memory for the largest adapted matrix, not for the model.
     *
     * @param target a folder that does not exist yet, in one that does
     * @throws ModelFolderException if the base lacks a matrix that the adapter is for, its shape differs, or a merged value is too large
     *     for the base's type
     * @throws org.steering4j.vector.FileNotWrittenException if the target exists or cannot be written
     */
    public void merge(ModelFolder base, Path target) {
        requireFit(base);
        if (scales.containsKey(HEAD) && base.configuration().tiedEmbeddings()) {
            throw new ModelFolderException(
                    "%s adapts the output head, which in %s is the token embedding and cannot be changed alone there; open the model with the adapter instead of merging it for good"
                            .formatted(weights.path(), base.path()));
        }
        try (MergedFolder merged = MergedFolder.copyOf(base, target)) {
            for (StoredWeight weight : base.weights()) {
                factors(weight).ifPresent(found -> merged.replace(weight, adapted(weight, found)));
            }
            merged.complete();
        }
    }

    /**
     * Holds modules and shapes against those of a model. An adapter that names another base is not refused for that, but logged as a warning:
     * PEFT writes down the path or name from which the base was loaded for the training, which may have been a temporary folder, a copy under
     * another owner's name, or a quantised one, as adapters of QLoRA have it.
     *
     * @throws ModelFolderException if the model lacks a matrix that the adapter is for, its shape differs, or the adapter lacks the factors
     *     of a module that it targets
     */
    public void requireFit(ModelFolder given) {
        ModelFolder base = baseOf(given);
        String model = base.configuration().name();
        Map<String, Long> rows = new HashMap<>();
        for (StoredWeight weight : base.weights()) {
            Optional<Part> part = part(weight);
            if (part.isPresent()) {
                List<Long> shape = weight.tensor().shape();
                String module = part.get().module();
                requireShape(module, base, part.get().firstRow() + shape.get(0), shape.get(1));
                rows.merge(module, shape.get(0), Long::sum);
            }
        }
        Set<String> absent = new TreeSet<>(scales.keySet());
        absent.removeAll(rows.keySet());
        if (!absent.isEmpty()) {
            throw new ModelFolderException(
                    "%s adapts what the model %s does not have: %s; take the model that it was made for%s"
                            .formatted(weights.path(), model, String.join(", ", absent), named()));
        }
        rows.forEach((module, sum) -> {
            if (sum != outputs(module)) {
                throw unfitting(module, base, sum, inputs(module));
            }
        });
        requireTargets(base);
        requireEqualCopies(base);
        if (!baseName.isBlank() && !lastSegment(baseName).equalsIgnoreCase(lastSegment(model))) {
            LOG.warn(
                    "the adapter {} says that it was made for {}, and is merged into {}, as the shapes fit; unless that is a copy of the same model, open the one that it was made for",
                    name(),
                    baseName,
                    model);
        }
    }

    /** The model as this adapter changes it: with an output head of its own, if that is adapted and tied to the token embedding. */
    public ModelFolder baseOf(ModelFolder model) {
        return scales.containsKey(HEAD) && model.configuration().tiedEmbeddings() ? model.withHeadOfItsOwn() : model;
    }

    /** PEFT puts them in place of the model's own. */
    private void requireEqualCopies(ModelFolder base) {
        weights.tensors().forEach((name, copy) -> {
            Matcher whole = COPY.matcher(name);
            if (whole.matches()) {
                StoredWeight own = weight(base, whole.group(1).equals(HEAD));
                boolean same = copy.dataType().isFloatingPoint()
                        && copy.shape().equals(own.tensor().shape())
                        && weights.holdsTheSame(copy, SafetensorsFile.open(own.file()), own.tensor());
                if (!same) {
                    throw new ModelFolderException(
                            "%s: the tensor %s %s is another than that of the model %s, and cannot be merged; take the model that it was made for%s, or, if that is this one, save the adapter with PEFT's save_pretrained(FOLDER, save_embedding_layers=False)"
                                    .formatted(
                                            weights.path(),
                                            name,
                                            copy.shape(),
                                            base.configuration().name(),
                                            named()));
                }
            }
        });
    }

    private static StoredWeight weight(ModelFolder base, boolean head) {
        Weight wanted = head && !base.configuration().tiedEmbeddings() ? Weight.OUTPUT_HEAD : Weight.TOKEN_EMBEDDING;
        return base.weights().stream()
                .filter(stored -> stored.weight() == wanted)
                .findFirst()
                .orElseThrow();
    }

    /** A target that the model has is a promise of tensors. */
    private void requireTargets(ModelFolder base) {
        for (StoredWeight weight : base.weights()) {
            String module = withoutSuffix(weight.weight().storedName(base.configuration(), weight.layer()));
            for (String target : targetsWithoutTensors) {
                if (isNamed(module, target)) {
                    throw new ModelFolderException(
                            "%s: target_modules names %s, which the model %s has (%s), but %s holds no tensor of it; save the adapter again, or take the model that it was made for%s"
                                    .formatted(
                                            folder.resolve(CONFIGURATION_FILE),
                                            target,
                                            base.configuration().name(),
                                            module,
                                            WEIGHTS_FILE,
                                            named()));
                }
            }
        }
    }

    private static String withoutSuffix(String tensorName) {
        return tensorName.replaceFirst("\\.weight$", "");
    }

    private String named() {
        return baseName.isBlank() ? "" : ", " + baseName;
    }

    private static String lastSegment(String name) {
        return name.replaceFirst("[/\\\\]+$", "").replaceFirst(".*[/\\\\]", "");
    }

    private void requireShape(String module, ModelFolder base, long atLeastOutputs, long inputs) {
        if (outputs(module) < atLeastOutputs || inputs(module) != inputs) {
            throw unfitting(module, base, atLeastOutputs, inputs);
        }
    }

    private ModelFolderException unfitting(String module, ModelFolder base, long outputs, long inputs) {
        return new ModelFolderException(
                "%s: the factors of %s make a matrix of shape %s, but the model %s has one of %s; take the model that it was made for%s"
                        .formatted(
                                weights.path(),
                                module,
                                List.of(outputs(module), inputs(module)),
                                base.configuration().name(),
                                List.of(outputs, inputs),
                                named()));
    }

    private long outputs(String module) {
        return weights.tensors().get(factor(module, "B")).shape().get(0);
    }

    private long inputs(String module) {
        return weights.tensors().get(factor(module, "A")).shape().get(1);
    }

    /** The rows of a module's matrix that are a weight. */
    private record Part(String module, long firstRow) {}

    private Optional<Part> part(StoredWeight weight) {
        String module = withoutSuffix(weight.weight().tensorName(weight.layer()));
        if (scales.containsKey(module)) {
            return Optional.of(new Part(module, 0));
        }
        String name = module.substring(module.lastIndexOf('.') + 1);
        for (Map.Entry<String, List<String>> fused : FUSED.entrySet()) {
            String whole = module.substring(0, module.length() - name.length()) + fused.getKey();
            int place = fused.getValue().indexOf(name);
            if (place >= 0 && scales.containsKey(whole)) {
                return Optional.of(new Part(
                        whole, firstRow(whole, place, weight.tensor().shape().get(0))));
            }
        }
        return Optional.empty();
    }

    /** Keys and values have as many rows as each other, and so do gate and up projection; queries have what is left. */
    private long firstRow(String module, int place, long rows) {
        if (place == 0) {
            return 0;
        }
        return module.endsWith(".gate_up_proj") ? rows : outputs(module) - (3 - place) * rows;
    }

    /** Whether {@link #factors} has something to add. */
    public boolean adapts(StoredWeight weight) {
        return part(weight).isPresent();
    }

    /** What is added to a weight of a model that {@linkplain #requireFit fits}; empty if that is not adapted. */
    public Optional<LowRankFactors> factors(StoredWeight weight) {
        return part(weight).map(part -> {
            int rows = Math.toIntExact(weight.tensor().shape().get(0));
            float[] a = weights.readFloats(factor(part.module(), "A"));
            float[] all = weights.readFloats(factor(part.module(), "B"));
            int rank = Math.toIntExact(
                    weights.tensors().get(factor(part.module(), "A")).shape().get(0));
            float[] b = new float[rows * rank];
            for (int i = 0; i < b.length; i++) {
                b[i] = (float) (scales.get(part.module()) * all[(int) part.firstRow() * rank + i]);
            }
            return new LowRankFactors(rank, a.length / rank, rows, a, b);
        });
    }

    /** W + scale B A, row-major [outputs, inputs]. */
    private static double[] adapted(StoredWeight weight, LowRankFactors factors) {
        float[] values = SafetensorsFile.open(weight.file())
                .readFloats(weight.weight().tensorName(weight.layer()), weight.tensor());
        double[] sums = new double[values.length];
        for (int output = 0; output < factors.outputs(); output++) {
            int first = output * factors.inputs();
            System.arraycopy(factors.adapted(values, first, output), 0, sums, first, factors.inputs());
        }
        return sums;
    }
}
