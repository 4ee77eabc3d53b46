package org.steering4j.checkpoint;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a checkpoint's tensors are named. Usual is {@code model.layers.0...} beside {@code lm_head.weight}. A decoder that was saved without its
 * output head has no {@code model.}, one that was taken out of a larger model or out of a training program has more before it, such as
 * {@code language_model.model.}, {@code model.language_model.} or {@code _orig_mod.model.}. Immutable.
 *
 * @param prefix what all names but the output head's begin with
 * @param headPrefix what the output head's name begins with
 */
record TensorNames(String prefix, String headPrefix) {

    private static final String USUAL_PREFIX = "model.";
    private static final String HEAD = "lm_head.";
    private static final TensorNames USUAL = new TensorNames(USUAL_PREFIX, "");
    private static final Pattern FIRST_BLOCK = Pattern.compile("((?:[^.]+\\.)*?)layers\\.0\\.self_attn\\..*");

    /** The usual ones where the tensors do not all say the same. */
    static TensorNames of(Collection<String> tensors) {
        Set<String> prefixes = new LinkedHashSet<>();
        for (String tensor : tensors) {
            Matcher block = FIRST_BLOCK.matcher(tensor);
            if (block.matches()) {
                prefixes.add(block.group(1));
            }
        }
        if (prefixes.size() != 1) {
            return USUAL;
        }
        String prefix = prefixes.iterator().next();
        return new TensorNames(prefix, headPrefix(prefix, tensors));
    }

    /** The head lies beside the decoder, or in one of the models around it. */
    private static String headPrefix(String prefix, Collection<String> tensors) {
        String outer = prefix;
        while (!outer.isEmpty()) {
            outer = outer.replaceFirst("[^.]+\\.$", "");
            String candidate = outer;
            if (tensors.stream().anyMatch(tensor -> tensor.startsWith(candidate + HEAD))) {
                return candidate;
            }
        }
        return "";
    }

    /** @param usual such as {@code model.norm.weight} */
    String stored(String usual) {
        return usual.startsWith(HEAD) ? headPrefix + usual : prefix + usual.substring(USUAL_PREFIX.length());
    }

    /** The usual name of a stored tensor; the same name if it is none of a decoder. */
    String usual(String stored) {
        if (stored.startsWith(headPrefix + HEAD)) {
            return stored.substring(headPrefix.length());
        }
        return stored.startsWith(prefix) ? USUAL_PREFIX + stored.substring(prefix.length()) : stored;
    }
}
