package org.steering4j.samples.agents;

import dev.langchain4j.agentic.Agent;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;

/** An agent that answers questions, looks things up if it must, and remembers what was said. */
public interface Councillor {

    @UserMessage("{{question}}")
    @Agent("Answers a question before the council")
    String answer(@V("question") String question);
}
