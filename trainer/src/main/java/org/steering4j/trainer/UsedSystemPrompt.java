package org.steering4j.trainer;

import dev.langchain4j.data.message.SystemMessage;
import java.util.List;
import java.util.Map;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.vector.SteeringVector;

/** Has a vector say which system prompt the model got to read when it was made. */
final class UsedSystemPrompt {

    private UsedSystemPrompt() {}

    /**
     * Adds the settings, and the system prompt if it was the same for all conversations.
     *
     * @param settings the one named {@link MethodSettings#SYSTEM_PROMPT} is for conversations without a system message of their own
     */
    static void addTo(SteeringVector.Builder vector, Map<String, String> settings, PreferenceData data) {
        String others = settings.getOrDefault(MethodSettings.SYSTEM_PROMPT, "");
        List<String> used = data.pairs().stream()
                .map(pair -> pair.prompt().get(0) instanceof SystemMessage own ? own.text() : others)
                .distinct()
                .limit(2)
                .toList();
        boolean same = used.size() == 1;
        settings.forEach((name, value) -> vector.setting(
                name.equals(MethodSettings.SYSTEM_PROMPT) && !same ? "system prompt where the data have none" : name,
                name.equals(MethodSettings.SYSTEM_PROMPT) && same ? used.get(0) : value));
        if (same) {
            vector.systemPrompt(used.get(0));
        }
    }
}
