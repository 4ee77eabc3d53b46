package org.steering4j.vector;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.Collections;
import java.util.List;

/** Reads vector files from the class path, out of folders or jars, into a library. */
final class VectorResources {

    private VectorResources() {}

    static SteeringVectors read(String resource) {
        String name = resource.replaceAll("^/+|/+$", "");
        SteeringVectors library = SteeringVectors.empty();
        try {
            List<URL> places = Collections.list(classLoader().getResources(name));
            if (places.isEmpty()) {
                throw invalid(
                        name,
                        "there is no such folder or file on the class path. Put the vector files into "
                                + "src/main/resources/" + name,
                        null);
            }
            for (URL place : places) {
                library = addTo(library, name, place);
            }
            return library;
        } catch (IOException | URISyntaxException e) {
            throw unreachable(name, e);
        }
    }

    private static SteeringVectors addTo(SteeringVectors library, String name, URL place)
            throws IOException, URISyntaxException {
        if (place.getProtocol().equals("file")) {
            return addTo(library, path(name, place));
        }
        if (place.openConnection() instanceof JarURLConnection connection) {
            try (FileSystem files = openJar(name, connection.getJarFileURL())) {
                return addTo(library, files.getPath("/" + connection.getEntryName()));
            }
        }
        throw invalid(name, "lies at " + place + ", which cannot be listed: use SteeringVectors.fromFolder", null);
    }

    /** Of a file; a jar within a jar, and what a container invents, is none. */
    private static Path path(String name, URL file) throws URISyntaxException {
        try {
            return Path.of(new URI(file.toString()));
        } catch (IllegalArgumentException | FileSystemNotFoundException | SecurityException e) {
            throw unreachable(name, e);
        }
    }

    private static FileSystem openJar(String name, URL jar) throws IOException, URISyntaxException {
        Path file = path(name, jar);
        try {
            return FileSystems.newFileSystem(file);
        } catch (ProviderNotFoundException | UnsupportedOperationException | SecurityException e) {
            throw unreachable(name, e);
        }
    }

    private static SteeringVectors addTo(SteeringVectors library, Path path) {
        return Files.isDirectory(path) ? VectorFolder.addTo(library, path) : VectorFolder.addFile(library, path);
    }

    private static ClassLoader classLoader() {
        ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
        return ofThread == null ? SteeringVectors.class.getClassLoader() : ofThread;
    }

    private static InvalidFileException unreachable(String name, Exception cause) {
        return invalid(
                name,
                "cannot be read from the class path: " + cause
                        + ". Copy the vector files into a folder and use SteeringVectors.fromFolder",
                cause);
    }

    private static InvalidFileException invalid(String name, String problem, Exception cause) {
        return new InvalidFileException(Path.of(name), problem, cause);
    }
}
