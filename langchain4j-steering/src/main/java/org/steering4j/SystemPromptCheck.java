package org.steering4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/**
 * Warns, once for each vector, where one steers a conversation under another system message than it was made with. Thread-safe; the views of a chat
 * model share it.
 */
final class SystemPromptCheck {

    private static final Logger LOGGER = LoggerFactory.getLogger(SteeredChatModel.class);
    private static final int LONGEST_QUOTE = 120;

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    void warn(SteeringVectors vectors, Steering steering, List<ChatMessage> messages) {
        steering.multipliers().forEach((name, multiplier) -> {
            if (multiplier != 0) {
                vectors.get(name).systemPrompt().ifPresent(prompt -> warn(name, prompt, systemMessage(messages)));
            }
        });
    }

    private void warn(String name, String prompt, String systemMessage) {
        if (!agree(prompt, systemMessage) && warned.add(name)) {
            LOGGER.warn(
                    "Steering vector \"{}\" was made {}, and steers a conversation {}: it may steer less, or otherwise. Give the conversation"
                            + " that system message, or make a vector with yours. This is said once for each vector",
                    name,
                    described(prompt),
                    described(systemMessage));
        }
    }

    private static String systemMessage(List<ChatMessage> messages) {
        return messages.stream()
                .filter(SystemMessage.class::isInstance)
                .map(message -> ((SystemMessage) message).text())
                .collect(Collectors.joining("\n\n"));
    }

    /** A system message may say more than what the vector was made with. */
    private static boolean agree(String prompt, String systemMessage) {
        return prompt.isBlank() ? systemMessage.isBlank() : systemMessage.contains(prompt.strip());
    }

    private static String described(String prompt) {
        if (prompt.isBlank()) {
            return "without a system prompt";
        }
        String line = prompt.strip().replaceAll("\\s+", " ");
        return "with the system prompt \""
                + (line.length() > LONGEST_QUOTE ? line.substring(0, LONGEST_QUOTE) + "..." : line) + "\"";
    }
}
