package org.steering4j.internal;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What people call that which lies in a folder: the folder's own name, unless training programs give it to every folder that they write, such as
 * {@code final} or {@code checkpoint-500}; then those of the folders around it come first, up to one that says more. Never a whole path, which
 * tells nobody but those at that machine anything. Stateless.
 */
public final class FolderName {

    private static final int MOST_SEGMENTS = 3;

    private static final Pattern SAYS_NOTHING = Pattern.compile(
            "\\.*|\\d+|[0-9a-f]{40}"
                    + "|(checkpoint|ckpt|step|epoch|iter|iteration|global_step|version|run|v)[-_.]?\\d*"
                    + "|(final|last|latest|best|main|default|merged|hf|tmp|temp|out|outputs?|results?|saved|models?|adapters?|lora|weights|snapshots?"
                    + "|checkpoints|safetensors|exported)([-_](merged|models?|adapters?|checkpoint|weights|hf|lora|\\d+))*",
            Pattern.CASE_INSENSITIVE);

    private FolderName() {}

    /** Empty if no folder's name of the path says anything. Segments are separated by {@code /} on every platform. */
    public static Optional<String> of(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        String name = "";
        for (int i = 1; i <= Math.min(MOST_SEGMENTS, path.getNameCount()); i++) {
            String segment = path.getName(path.getNameCount() - i).toString();
            name = name.isEmpty() ? segment : segment + "/" + name;
            if (!saysNothing(segment)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** Whether many folders are called so. */
    public static boolean saysNothing(String segment) {
        return SAYS_NOTHING.matcher(segment).matches();
    }
}
