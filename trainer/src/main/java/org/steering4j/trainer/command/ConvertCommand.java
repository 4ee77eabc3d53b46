package org.steering4j.trainer.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import org.steering4j.trainer.PrintableText;
import org.steering4j.vector.SteeringVector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Writes a vector file in another format. */
@Command(
        name = "convert",
        sortOptions = false,
        description = {
            "Writes a vector file in another format, the one that the ending of OUT names.",
            "  .safetensors  says everything that is known of the vector",
            "  .gguf         the same, as a control vector for llama.cpp, which has none for block 0",
            "  .pt           for torch.load(file, weights_only=True): a float32 tensor, or a dict from layer to tensor for"
                    + " a vector with several layers; says nothing else",
            "Every bit of the numbers stays."
        })
final class ConvertCommand implements Callable<Integer> {

    @ParentCommand
    private Main main;

    @Parameters(index = "0", paramLabel = "IN", description = "A vector: .safetensors, .gguf or .pt.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "Where it goes; what is there is replaced.")
    private Path out;

    @Mixin
    private VectorFileOptions options;

    private record Result(Path file, String behavior, SortedSet<Integer> layers, List<String> lost) {}

    @Override
    public Integer call() {
        SteeringVector vector = options.read(in);
        vector.write(out);
        List<String> lost = lost(vector);
        if (!lost.isEmpty()) {
            main.errors()
                    .println(PrintableText.line("steering: " + out + " cannot say these: " + String.join(", ", lost)));
        }
        Result result = new Result(out, vector.behavior(), vector.layers(), lost);
        main.show(
                result,
                output -> output.println(
                        PrintableText.line(out + ": \"" + vector.behavior() + "\", layers " + vector.layers())));
        return 0;
    }

    /** What the vector says of itself and a .pt file does not. */
    private List<String> lost(SteeringVector vector) {
        List<String> lost = new ArrayList<>();
        if (!VectorFileOptions.isPyTorch(out)) {
            return lost;
        }
        lost.add("behavior " + vector.behavior());
        if (vector.layers().size() == 1) {
            lost.add("layer " + vector.layers().first());
        }
        vector.method().ifPresent(method -> lost.add("method " + method));
        vector.modelName().ifPresent(model -> lost.add("model " + model));
        vector.systemPrompt()
                .ifPresent(
                        prompt -> lost.add(prompt.isEmpty() ? "no system prompt" : "system prompt \"" + prompt + "\""));
        vector.modelFingerprint().ifPresent(fingerprint -> lost.add("model's fingerprint " + fingerprint));
        if (!vector.evaluatedMultipliers().isEmpty()) {
            lost.add("evaluated multipliers " + vector.evaluatedMultipliers());
        }
        if (!vector.settings().isEmpty()) {
            lost.add("settings");
        }
        return lost;
    }
}
