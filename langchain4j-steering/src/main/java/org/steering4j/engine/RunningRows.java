package org.steering4j.engine;

import org.steering4j.vector.LayerSteering;

/**
 * Sequences that run side by side over one key-value cache, numbered from 0 in the order in which they came. Knows tokens and steerings;
 * knows nothing of sampling, callers or waiting. For one thread.
 *
 * <p>After a failure of {@link #add}, {@link #reserve} or {@link #remember}, or where {@link #moveTo} throws {@link NotEnoughMemoryException}, it is
 * as it was; after any other it may only be closed.
 */
interface RunningRows extends AutoCloseable {

    int size();

    /** Tokens of the longest row, those of its prompt that are yet to be run included. */
    int longest();

    /**
     * Adds a row at the end.
     *
     * @param partition whose requests may find what is kept of the row, and what the row may find
     * @return how many of the prompt's first tokens need not be run, because what they give is known from an earlier request, at least in
     *     part; fewer than the prompt has
     * @throws NotEnoughMemoryException if there is none for the row
     */
    int add(int[] prompt, LayerSteering steering, CachePartition partition);

    /**
     * Works out, for some tokens, what is known in part only; to be called before {@link #run} until there is nothing left.
     *
     * @return whether there was something to do
     */
    boolean complete(int atMost);

    /**
     * Makes room for further tokens of every row, which {@link #run} needs.
     *
     * @param tokens at most, of a row
     * @throws NotEnoughMemoryException if there is none
     */
    void reserve(int tokens);

    /**
     * Runs the next tokens of every row.
     *
     * @param tokens of each row, at least one
     * @param wanted after how many of each row's last tokens logits are asked for
     * @return by row, the logits after each of those tokens
     */
    float[][][] run(int[][] tokens, int[] wanted);

    /** A row's last tokens, which were run, turn out to be others: they count as never run. */
    void takeBack(int row, int tokens);

    /**
     * Rows leave and join others, at their end, in the order given.
     *
     * @throws NotEnoughMemoryException if the others have no room
     */
    void moveTo(RunningRows others, int[] rows);

    /** Keeps what was run of a row for requests that begin with the same tokens. */
    void remember(int row);

    /** Rows leave for good. */
    void remove(int[] rows);

    @Override
    void close();
}
