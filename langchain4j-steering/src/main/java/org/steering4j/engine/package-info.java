/**
 * Runs a model folder inside the JVM: next tokens over a key-value cache, log-probabilities, hidden states, and the
 * derivative by a steering vector.
 *
 * <p>The transformer itself is one TorchScript program, {@code decoder.py} among the resources, which DJL's PyTorch
 * engine loads from an archive made in memory; a token costs one native call. Everything that goes in is checked here, in
 * Java: token ids, layers, sizes. Steering comes as arrays per block ({@link org.steering4j.vector.LayerSteering}); the
 * engine knows no names of vectors, no text and no conversations.
 *
 * <p>Generations share one running batch ({@code ContinuousBatch}): the caller's thread queues its request and then waits for tokens
 * ({@code GenerationRow}), one thread of the model's runs prompts and tokens of all rows over a key-value cache ({@code KeyValueRows}). What
 * was run is kept by the tokens it began with ({@code PrefixCache}), for the conversation's next turn: the blocks that no steering changes once,
 * those above for each steering. It is found by requests of the same partition only ({@link org.steering4j.engine.CachePartition}). What an answer seems to quote from its context ({@code PromptLookup}) is run several tokens at a time, and
 * taken back where the model chooses otherwise.
 *
 * <p>Matrices are kept as the {@link org.steering4j.engine.Precision} and this machine's kernels want them, packed while they are loaded, some
 * at once where a packing takes one thread, and merged with a LoRA adapter if there is one; where packed ones would not fit into memory
 * they stay mapped from their files.
 *
 * <p>Native memory is held in scopes: one for each step, one for the batch while it runs, one for what is kept between requests, and one for
 * the weights; the last two are closed with the model or when its last running call has ended.
 */
package org.steering4j.engine;
