package org.steering4j.trainer.command;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.steering4j.hub.ModelName;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** Gets a model from the hub. */
@Command(
        name = "download",
        description = {
            "Downloads a model of the Hugging Face hub into the Hugging Face cache folder, and prints its folder. Of a branch, what has changed"
                    + " since is downloaded.",
            "Other commands take the name with --model and download what is not there; they do not ask whether a branch has moved on.",
            "The environment variables of Python's huggingface_hub hold: HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_HUB_OFFLINE."
        })
final class DownloadCommand implements Callable<Integer> {

    @ParentCommand
    private Main main;

    @Parameters(
            paramLabel = "NAME",
            converter = NameConverter.class,
            description = "owner/name, or owner/name@revision with a branch, a tag or a commit.")
    private ModelName name;

    @Override
    public Integer call() {
        Path folder = NamedModel.newest(name, main.errors());
        main.show(
                new TreeMap<>(Map.of("model", name.toString(), "folder", folder.toString())),
                output -> output.println(folder));
        return 0;
    }

    static final class NameConverter implements ITypeConverter<ModelName> {
        @Override
        public ModelName convert(String value) {
            try {
                return ModelName.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
