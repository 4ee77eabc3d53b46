package org.steering4j.samples.personas;

import dev.langchain4j.service.Result;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.PrintStream;
import org.steering4j.SteeringChatResponseMetadata;
import org.steering4j.persona.Personas;

/** Two people talk to the assistant at the same time, each to a persona of their choice. */
@ApplicationScoped
public class Conversations {

    @Inject
    Assistant assistant;

    @Inject
    Personas personas;

    void run(PrintStream output) {
        personas.select("Mira", "mayor");
        personas.select("Jonas", "hermit");
        for (String person : new String[] {"Mira", "Jonas"}) {
            say(person, "My name is " + person + ".", output);
        }
        for (String question : new String[] {"Who should lead the harbour?", "What would you do with a gold ring?"}) {
            say("Mira", question, output);
            say("Jonas", question, output);
        }
        // In mid-conversation: what was said before is remembered, whoever said it.
        personas.select("Mira", "merchant");
        say("Mira", "What would you do with a chest of coins?", output);
        say("Mira", "What is my name?", output);
        say("Jonas", "What is my name?", output);
    }

    private void say(String person, String message, PrintStream output) {
        Result<String> answer = assistant.chat(person, message);
        output.printf("%s: %s%n  %s: %s%n", person, message, personaOf(answer), answer.content());
    }

    static String personaOf(Result<?> answer) {
        return ((SteeringChatResponseMetadata) answer.finalResponse().metadata()).persona();
    }
}
