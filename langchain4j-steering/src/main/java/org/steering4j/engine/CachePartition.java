package org.steering4j.engine;

/**
 * Which requests may find what the engine keeps of a request: those of the same partition, and no others. Without partitions, how many tokens of
 * a prompt are known already, and how soon its answer begins, tell a caller what another one has asked. An application that answers several
 * tenants gives each a partition of its own. What vLLM calls {@code cache_salt}. Immutable.
 *
 * @param name not blank, at most {@value #MAXIMUM_NAME_LENGTH} characters; null for the partition of all requests that name none
 * @param sharedTokens how many of the prompt's first tokens, such as those of a system message, are kept for the requests of all partitions that
 *     share their first tokens, too; none of these requests finds more than the tokens that both share
 */
public record CachePartition(String name, int sharedTokens) {

    public static final int MAXIMUM_NAME_LENGTH = 256;

    /** That of requests which name none and share nothing with others. */
    public static final CachePartition UNNAMED = new CachePartition(null, 0);

    /** @throws IllegalArgumentException if the name is blank or too long, or the number of tokens is negative */
    public CachePartition {
        requireName(name);
        if (sharedTokens < 0) {
            throw new IllegalArgumentException("sharedTokens is %d but must be at least 0".formatted(sharedTokens));
        }
    }

    /**
     * Checks a name before there is a prompt.
     *
     * @param name null for none
     * @throws IllegalArgumentException if it is blank or too long
     */
    public static void requireName(String name) {
        if (name != null && name.isBlank()) {
            throw new IllegalArgumentException(
                    "cachePartition is blank: name the tenant or conversation that what is kept belongs to, or leave it out");
        }
        if (name != null && name.length() > MAXIMUM_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "cachePartition has %d characters but may have at most %d: take a hash of it"
                            .formatted(name.length(), MAXIMUM_NAME_LENGTH));
        }
    }
}
