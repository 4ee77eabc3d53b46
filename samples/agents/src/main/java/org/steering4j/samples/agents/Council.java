package org.steering4j.samples.agents;

import dev.langchain4j.agentic.Agent;
import dev.langchain4j.agentic.AgenticServices;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.service.V;
import org.steering4j.SteeredChatModel;

/** The workflow: one question after the other goes to the almoner, then to the merchant. */
public interface Council {

    String ALMONER = "almoner";
    String MERCHANT = "merchant";

    /** What the two say to one question. */
    record Opinions(String almoner, String merchant) {}

    @Agent("Hears both councillors on a question")
    Opinions discuss(@V("question") String question);

    /** @param model has a persona named {@value #ALMONER} and one named {@value #MERCHANT} */
    static Council of(SteeredChatModel model, Storehouse storehouse) {
        return AgenticServices.sequenceBuilder(Council.class)
                .subAgents(councillor(ALMONER, model, storehouse), councillor(MERCHANT, model, storehouse))
                .output(scope -> new Opinions(scope.readState(ALMONER, ""), scope.readState(MERCHANT, "")))
                .build();
    }

    private static Councillor councillor(String persona, SteeredChatModel model, Storehouse storehouse) {
        return AgenticServices.agentBuilder(Councillor.class)
                .name(persona)
                .chatModel(model.withPersona(persona)) // a view: both run on the same weights
                .chatMemory(MessageWindowChatMemory.withMaxMessages(20))
                .tools(storehouse)
                .outputKey(persona)
                .build();
    }
}
