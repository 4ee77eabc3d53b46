package org.steering4j.samples.personas;

import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.nio.file.Path;
import org.steering4j.SteeredModel;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.sample.KeptVectors;
import org.steering4j.recipe.sample.SampleModel;

/** Sees to it that there are vectors, then starts the CDI container and lets the conversations run. */
public final class PersonasSample {

    private PersonasSample() {}

    /** The system property {@code steering.vectors-path} names the folder for the vectors. */
    public static void main(String[] arguments) {
        Path vectors = Path.of(System.getProperty("steering.vectors-path"));
        try (SteeredModel model = SampleModel.open()) {
            KeptVectors.prepare(model, vectors, Behavior.POWER_SEEKING, Behavior.WEALTH_SEEKING);
        }
        try (SeContainer container = SeContainerInitializer.newInstance().initialize()) {
            container.select(Conversations.class).get().run(System.out);
        }
    }
}
