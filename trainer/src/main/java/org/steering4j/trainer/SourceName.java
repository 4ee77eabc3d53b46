package org.steering4j.trainer;

import java.nio.file.Path;

/** What data are called in what others get to see: vectors and reports must not tell of the folders and users of the machine that made them. */
public final class SourceName {

    private SourceName() {}

    /** What a source of data is called without the folders that it lies in: {@code pairs.csv (held out)} of {@code /home/ada/pairs.csv (held out)}. */
    public static String of(String source) {
        int end = Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\'));
        return source.substring(end + 1);
    }

    /** The name of a file or folder. */
    public static String of(Path file) {
        Path name = file.toAbsolutePath().normalize().getFileName();
        return name == null ? "" : name.toString();
    }
}
