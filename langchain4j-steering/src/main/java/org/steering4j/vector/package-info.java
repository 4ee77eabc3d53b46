/**
 * Steering vectors, how they are named and added up, and the files they are kept in.
 *
 * <p>A {@link org.steering4j.vector.SteeringVector} is what training yields: one array per decoder block, to be added to that block's
 * output. A {@link org.steering4j.vector.SteeringVectors} is a library of them under names. A {@link org.steering4j.vector.Steering} says
 * which names, and how strongly. Resolving a steering against a library and a {@link org.steering4j.vector.ModelShape} gives a
 * {@link org.steering4j.vector.LayerSteering}, the one array per block that an engine adds:
 *
 * <pre>
 *   file -> SteeringVector -> SteeringVectors --.
 *                                               resolve(ModelShape) -> LayerSteering -> engine
 *   Steering (names and multipliers) -----------'
 * </pre>
 *
 * <p>This package stands below all others: it knows nothing of models beyond their shape, of tokens, of engines or of chats. A vector knows
 * what it was made on, and what does not fit is refused with a message that says what differs, since a vector applied silently to another
 * model or layer is the commonest failure in this field.
 *
 * <p>Errors: what comes from outside (a file, a name, a model that does not fit) is refused with a
 * {@link org.steering4j.vector.SteeringException}; an impossible argument in code (a NaN multiplier, a negative layer) with an
 * {@link java.lang.IllegalArgumentException}. Every type here is immutable and may be shared between threads.
 */
package org.steering4j.vector;
