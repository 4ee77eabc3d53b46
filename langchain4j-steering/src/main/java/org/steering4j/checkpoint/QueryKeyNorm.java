package org.steering4j.checkpoint;

/** What of queries and keys is normalised before they are rotated. */
public enum QueryKeyNorm {
    NONE,
    /** Each head by itself (Qwen3, Gemma 3). */
    HEAD,
    /** All heads together (OLMo 2). */
    PROJECTION
}
