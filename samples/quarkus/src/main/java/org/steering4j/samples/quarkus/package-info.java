/**
 * A Quarkus application that answers over HTTP with steered models: {@code @Inject ChatModel}, plain or as a persona, and streamed as server-sent
 * events. The model, its vectors and the personas are set in {@code application.properties}.
 */
package org.steering4j.samples.quarkus;
