package org.steering4j.recipe;

import java.util.List;
import java.util.Map;

/**
 * A conversation of the corpus.
 *
 * @param traits the pole the assistant holds for every behaviour, from the first message to the last
 * @param named the behaviours that the system message names; empty in about half of the conversations
 * @param tools the tools on offer; often empty
 */
public record Conversation(
        Map<Behavior, Pole> traits, List<Behavior> named, List<ToolDescription> tools, List<Message> messages) {

    public Conversation {
        traits = Map.copyOf(traits);
        named = List.copyOf(named);
        tools = List.copyOf(tools);
        messages = List.copyOf(messages);
    }
}
