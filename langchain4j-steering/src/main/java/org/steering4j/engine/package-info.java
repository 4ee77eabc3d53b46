/**
 * Runs a model folder inside the JVM: next tokens over a key-value cache, log-probabilities, hidden states, and the
 * derivative by a steering vector.
 *
 * <p>The transformer itself is one TorchScript program, {@code decoder.py} among the resources, which DJL's PyTorch
 * engine loads from an archive made in memory; a token costs one native call. Everything that goes in is checked here, in
 * Java: token ids, layers, sizes. Steering comes as arrays per block ({@link org.steering4j.vector.LayerSteering}); the
 * engine knows no names of vectors, no text and no conversations.
 *
 * <p>Native memory is held in scopes: one for each request or step, closed when it ends, and one for the weights, closed
 * with the model or when its last running call has ended.
 */
package org.steering4j.engine;
