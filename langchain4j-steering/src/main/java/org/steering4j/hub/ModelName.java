package org.steering4j.hub;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a model is called on the hub, such as {@code Qwen/Qwen2.5-0.5B-Instruct}. It is safe as part of a path: it has no separator but those
 * between its parts, and leads nowhere else.
 *
 * @param owner a user or an organisation
 * @param name of the model's repository
 * @param revision a branch, a tag or a commit
 */
public record ModelName(String owner, String name, String revision) {

    /** The branch that is meant where none is named. */
    public static final String MAIN = "main";

    private static final int MAXIMUM_LENGTH = 96;
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?");
    private static final Pattern REVISION =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*");

    /** @throws IllegalArgumentException if a part has characters or a length that the hub has not */
    public ModelName {
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(revision, "revision");
        if (!isPart(owner)
                || !isPart(name)
                || name.endsWith(".git")
                || owner.length() + 1 + name.length() > MAXIMUM_LENGTH) {
            throw bad(owner + "/" + name);
        }
        // ".lock" and ".." are no branch for git either.
        if (!REVISION.matcher(revision).matches() || revision.contains("..") || revision.endsWith(".lock")) {
            throw new IllegalArgumentException("the revision \"" + revision + "\" of " + owner + "/" + name
                    + " is no branch, tag or commit: expected letters, digits, dots, dashes and single slashes");
        }
    }

    /**
     * Reads {@code owner/name} or {@code owner/name@revision}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static ModelName parse(String text) {
        int at = text.indexOf('@');
        String id = at < 0 ? text : text.substring(0, at);
        int slash = id.indexOf('/');
        if (slash < 0) {
            throw bad(text);
        }
        return new ModelName(id.substring(0, slash), id.substring(slash + 1), at < 0 ? MAIN : text.substring(at + 1));
    }

    /** Without the revision. */
    public String id() {
        return owner + "/" + name;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return revision.equals(MAIN) ? id() : id() + "@" + revision;
    }

    /** The cache folder puts "--" between owner and name, so neither may have it. */
    private static boolean isPart(String text) {
        return PART.matcher(text).matches() && !text.contains("--") && !text.contains("..");
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException("\"" + text
                + "\" is no name of a model: expected owner/name or owner/name@revision, such as"
                + " Qwen/Qwen2.5-0.5B-Instruct, of letters, digits, dots and dashes, " + MAXIMUM_LENGTH
                + " at most; a folder is opened by its path");
    }
}
