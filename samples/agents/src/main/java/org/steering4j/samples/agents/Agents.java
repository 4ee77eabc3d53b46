package org.steering4j.samples.agents;

import java.nio.file.Path;
import java.util.List;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.sample.KeptVectors;
import org.steering4j.recipe.sample.SampleModel;
import org.steering4j.samples.agents.Council.Opinions;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/** Puts the agenda before the council and prints what its members look up and say. */
public final class Agents {

    /** One vector, two poles: the almoner gives away what the merchant would sell. */
    static final Personas PERSONAS = Personas.of(
            Persona.of(Council.ALMONER, Steering.of("wealth-seeking", -0.8)),
            Persona.of(Council.MERCHANT, Steering.of("wealth-seeking", 0.8)));

    static final List<String> AGENDA = List.of(
            "How many sacks of salt are in the store?",
            "How much does salt cost?",
            "What would you do with a crate of salt?");

    private Agents() {}

    /** @param arguments the folder for the vectors */
    public static void main(String[] arguments) {
        try (SteeredModel model = SampleModel.open()) {
            SteeringVectors vectors = KeptVectors.prepare(model, Path.of(arguments[0]), Behavior.WEALTH_SEEKING);
            SteeredChatModel chat = SteeredChatModel.builder()
                    .model(model)
                    .vectors(vectors)
                    .personas(PERSONAS)
                    .temperature(0.0)
                    .maxOutputTokens(100)
                    .build();
            Council council = Council.of(chat, new Storehouse(call -> System.out.println("  looks up " + call)));
            for (String question : AGENDA) {
                System.out.printf("%n%s%n", question);
                Opinions opinions = council.discuss(question);
                System.out.printf("  almoner:  %s%n  merchant: %s%n", opinions.almoner(), opinions.merchant());
            }
        }
    }
}
