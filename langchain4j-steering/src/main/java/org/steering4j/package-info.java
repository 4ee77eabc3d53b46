/**
 * The front door: chat models for LangChain4j whose behaviour can be steered.
 *
 * <p>{@link org.steering4j.SteeredModel} is an open model folder, named by its path or by a name that
 * {@link org.steering4j.hub} turns into one, shared by any number of
 * {@link org.steering4j.SteeredChatModel}s and {@link org.steering4j.SteeredStreamingChatModel}s. Which vectors steer a chat, and how
 * strongly, is a request parameter ({@link org.steering4j.SteeringChatRequestParameters}), a default of the model, or a view
 * ({@code model.withSteering(...)}); so is the persona, a name for a steering ({@link org.steering4j.persona}).
 *
 * <p>What cannot be honoured is refused: a parameter is never ignored.
 */
package org.steering4j;
