package org.steering4j.hub;

import java.util.regex.Pattern;

/**
 * A file as the hub describes it.
 *
 * @param name its path in the repository, one that {@link ModelFiles} knows
 * @param checksum in hexadecimal digits: SHA-256 of large files, git's SHA-1 of a blob of the others; safe as a file's name
 * @param bytes its length; -1 if the hub does not say
 */
record RemoteFile(String name, String checksum, long bytes) {

    private static final Pattern CHECKSUM = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    static boolean isChecksum(String text) {
        return CHECKSUM.matcher(text).matches();
    }

    boolean hasKnownLength() {
        return bytes >= 0;
    }

    /** What it counts for in sums; nothing if its length is not known. */
    long countedBytes() {
        return Math.max(bytes, 0);
    }
}
