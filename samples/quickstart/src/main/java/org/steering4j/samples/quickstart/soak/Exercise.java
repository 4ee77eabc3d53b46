package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.model.chat.request.ChatRequest;

/**
 * A request whose answer is known, for it was answered alone. Immutable.
 *
 * @param kind for counting, such as "sampled text"
 * @param answer what it must be answered whenever it is answered to its end
 */
record Exercise(String kind, Form form, ChatRequest request, Answer answer) {}
