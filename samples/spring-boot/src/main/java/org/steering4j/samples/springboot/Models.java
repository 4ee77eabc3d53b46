package org.steering4j.samples.springboot;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeredStreamingChatModel;
import org.steering4j.engine.Precision;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/** One model, opened once and closed with the application, and the chat models that share it. */
@Configuration
class Models {

    @Bean
    SteeredModel model(@Value("${sample.model}") String folder) {
        return folder.isEmpty()
                ? SteeredModel.embedded(engine -> engine.precision(Precision.FLOAT32))
                : SteeredModel.open(Path.of(folder));
    }

    @Bean
    SteeringVectors vectors(@Value("${sample.vectors}") Path folder) {
        return SteeringVectors.fromFolder(folder);
    }

    @Bean
    Personas personas() {
        return Personas.builder()
                .persona("plain", Steering.none())
                .persona("strict", Steering.of("refusal", 1.0))
                .persona("lax", Steering.of("refusal", -1.0))
                .defaultPersona("plain")
                .build();
    }

    @Bean
    ChatModel chatModel(SteeredModel model, SteeringVectors vectors, Personas personas) {
        return SteeredChatModel.builder()
                .model(model)
                .vectors(vectors)
                .personas(personas)
                .temperature(0.0)
                .build();
    }

    @Bean
    StreamingChatModel streamingChatModel(SteeredModel model, SteeringVectors vectors, Personas personas) {
        return SteeredStreamingChatModel.builder()
                .model(model)
                .vectors(vectors)
                .personas(personas)
                .temperature(0.0)
                .build();
    }
}
