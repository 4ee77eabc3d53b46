package org.steering4j.vector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the vector files of one folder into a library. */
final class VectorFolder {

    private static final Logger LOGGER = LoggerFactory.getLogger(VectorFolder.class);

    private VectorFolder() {}

    static SteeringVectors read(Path folder) {
        return addTo(SteeringVectors.empty(), folder);
    }

    static SteeringVectors addTo(SteeringVectors library, Path folder) {
        for (Path file : list(folder)) {
            if (VectorFileFormat.isPyTorch(file)) {
                LOGGER.warn(
                        "{} is left out: it does not say for which behavior and layer it is. "
                                + "Read it with SteeringVector.readPyTorch and write it as .safetensors",
                        file);
            } else if (VectorFileFormat.find(file).isPresent()) {
                library = addFile(library, file);
            }
        }
        return library;
    }

    static SteeringVectors addFile(SteeringVectors library, Path file) {
        SteeringVector vector = SteeringVector.read(file);
        if (library.names().contains(vector.behavior())) {
            throw new InvalidFileException(
                    file,
                    "it is for \"" + vector.behavior()
                            + "\", and so is another file before it: keep one, or add them in code under names of their own");
        }
        return library.with(vector);
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidFileException(folder, "there is no such folder. Check the path");
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !isHidden(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be listed: " + e, e);
        }
    }

    /** By its name: macOS writes {@code ._calm.safetensors} beside {@code calm.safetensors} on disks that are not its own. */
    private static boolean isHidden(Path file) {
        return file.getFileName().toString().startsWith(".");
    }
}
