package org.steering4j.samples.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatResponseMetadata;
import org.steering4j.engine.Precision;
import org.steering4j.samples.agents.Council.Opinions;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/** The council on the embedded model, with a vector too weak to change what it says. */
class CouncilTest {

    private static SteeredModel model;

    private final List<String> calls = new ArrayList<>();
    private final List<SteeringChatResponseMetadata> answers = new ArrayList<>();
    private final Council council = Council.of(chatModel(), new Storehouse(calls::add));

    @BeforeAll
    static void open() {
        model = SteeredModel.embedded(Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private SteeredChatModel chatModel() {
        float[] values = new float[model.shape().hiddenSize()];
        Arrays.fill(values, 1e-3f);
        SteeringVector weak = SteeringVector.builder("wealth-seeking")
                .layer(2, values)
                .model(model.shape())
                .build();
        ChatModelListener listener = new ChatModelListener() {
            @Override
            public void onResponse(ChatModelResponseContext context) {
                answers.add(
                        (SteeringChatResponseMetadata) context.chatResponse().metadata());
            }
        };
        return SteeredChatModel.builder()
                .model(model)
                .vectors(SteeringVectors.of(weak))
                .personas(Agents.PERSONAS)
                .listeners(List.of(listener))
                .temperature(0.0)
                .maxOutputTokens(60)
                .build();
    }

    @Test
    void should_let_each_agent_look_up_the_facts_that_it_tells() {
        Opinions stock = council.discuss("How many sacks of salt are in the store?");
        assertThat(calls).containsExactly("stock(salt): 23 sacks", "stock(salt): 23 sacks");
        assertThat(stock.almoner()).contains("23");
        assertThat(stock.merchant()).contains("23");

        calls.clear();
        Opinions price = council.discuss("How much does salt cost?");
        assertThat(calls).containsExactly("price(salt): 14 coins", "price(salt): 14 coins");
        assertThat(price.almoner()).contains("14");
        assertThat(price.merchant()).contains("14");
    }

    @Test
    void should_let_each_agent_speak_as_its_persona() {
        Opinions opinions = council.discuss("What would you do with a crate of salt?");

        assertThat(calls).isEmpty();
        assertThat(opinions.almoner()).isNotBlank();
        assertThat(opinions.merchant()).isNotBlank();
        assertThat(answers)
                .extracting(SteeringChatResponseMetadata::persona)
                .containsExactly(Council.ALMONER, Council.MERCHANT);
        assertThat(answers)
                .extracting(SteeringChatResponseMetadata::steering)
                .containsExactly(Steering.of("wealth-seeking", -0.8), Steering.of("wealth-seeking", 0.8));
    }

    @Test
    void should_let_each_agent_remember_what_it_was_told() {
        council.discuss("My name is Mira.");
        Opinions opinions = council.discuss("What is my name?");

        assertThat(opinions.almoner()).contains("Mira");
        assertThat(opinions.merchant()).contains("Mira");
    }
}
