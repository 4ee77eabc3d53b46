/**
 * Personas: names for steerings, chosen per conversation.
 *
 * <p>A {@link org.steering4j.persona.Persona} is a name, a steering and, if wished, a system message. A
 * {@link org.steering4j.persona.Personas} holds the personas of an application and knows which conversation talks to which of them; its
 * {@code chatRequestTransformer()} puts that into the requests of LangChain4j's AI services:
 *
 * <pre>
 *   Personas.select(conversation, name) --.
 *                                         chatRequestTransformer -> steering, name and system message in the request -> chat model
 *   AI service: request, memory id -------'
 * </pre>
 *
 * <p>It meets LangChain4j's messages and requests, and {@code Steering} in {@code org.steering4j.vector}. It knows no models, no vectors
 * and no tokens.
 */
package org.steering4j.persona;
