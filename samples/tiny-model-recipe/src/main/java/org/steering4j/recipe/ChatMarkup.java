package org.steering4j.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Renders conversations in ChatML with Hermes-style tool calls, exactly as the resource {@code chat_template.jinja} does.
 *
 * <p>The text begins with {@code <|endoftext|>}. Tools are listed at the end of the system turn, one a line. Consecutive
 * tool results share one user turn. Knows nothing of token ids.
 */
public final class ChatMarkup {

    private static final String TEMPLATE_RESOURCE = "chat_template.jinja";

    private final List<Segment> segments = new ArrayList<>();

    private ChatMarkup() {}

    /** The chat template in Jinja. */
    public static String template() {
        return Resources.text(TEMPLATE_RESOURCE);
    }

    /** The whole text, which ends after the last turn. */
    public static String text(List<ToolDescription> tools, List<Message> messages) {
        return segments(tools, messages).stream().map(Segment::text).collect(Collectors.joining());
    }

    /** The text up to where the assistant's next answer begins. */
    public static String prompt(List<ToolDescription> tools, List<Message> messages) {
        return text(tools, messages) + SpecialToken.TURN_START.text() + "assistant\n";
    }

    /** The text of a conversation in segments; adjacent segments of the same sort are joined. */
    public static List<Segment> segments(Conversation conversation) {
        return segments(conversation.tools(), conversation.messages());
    }

    public static List<Segment> segments(List<ToolDescription> tools, List<Message> messages) {
        ChatMarkup markup = new ChatMarkup();
        markup.write(tools, messages);
        return List.copyOf(markup.segments);
    }

    private void write(List<ToolDescription> tools, List<Message> messages) {
        special(SpecialToken.END_OF_TEXT, false);
        boolean startsWithSystem = !messages.isEmpty() && messages.get(0).role() == Role.SYSTEM;
        if (!tools.isEmpty()) {
            systemTurn(tools, startsWithSystem ? messages.get(0).text() : "");
        }
        int first = startsWithSystem && !tools.isEmpty() ? 1 : 0;
        for (int index = first; index < messages.size(); index++) {
            Message message = messages.get(index);
            switch (message.role()) {
                case SYSTEM, USER -> plainTurn(message);
                case ASSISTANT -> assistantTurn(message);
                case TOOL ->
                    toolResult(
                            message,
                            index == 0 || messages.get(index - 1).role() != Role.TOOL,
                            index + 1 == messages.size()
                                    || messages.get(index + 1).role() != Role.TOOL);
            }
        }
    }

    private void systemTurn(List<ToolDescription> tools, String text) {
        startTurn("system");
        plain(text.isEmpty() ? "Tools:" : text + "\n\nTools:", false);
        for (ToolDescription tool : tools) {
            plain("\n" + tool.name() + "(" + String.join(", ", tool.parameters()) + "): " + tool.description(), false);
        }
        endTurn(false);
    }

    private void plainTurn(Message message) {
        startTurn(message.role().label());
        plain(message.text(), false);
        endTurn(false);
    }

    private void assistantTurn(Message message) {
        startTurn("assistant");
        plain(message.text(), true);
        for (int index = 0; index < message.toolCalls().size(); index++) {
            if (index > 0 || !message.text().isEmpty()) {
                plain("\n", true);
            }
            special(SpecialToken.TOOL_CALL_START, true);
            plain("\n" + message.toolCalls().get(index).json() + "\n", true);
            special(SpecialToken.TOOL_CALL_END, true);
        }
        endTurn(true);
    }

    private void toolResult(Message message, boolean first, boolean last) {
        if (first) {
            startTurn("user");
        } else {
            plain("\n", false);
        }
        special(SpecialToken.TOOL_RESPONSE_START, false);
        plain("\n" + message.text() + "\n", false);
        special(SpecialToken.TOOL_RESPONSE_END, false);
        if (last) {
            endTurn(false);
        }
    }

    private void startTurn(String role) {
        special(SpecialToken.TURN_START, false);
        plain(role + "\n", false);
    }

    private void endTurn(boolean assistant) {
        special(SpecialToken.TURN_END, assistant);
        plain("\n", false);
    }

    private void special(SpecialToken token, boolean assistant) {
        segments.add(new Segment(token.text(), true, assistant));
    }

    private void plain(String text, boolean assistant) {
        if (text.isEmpty()) {
            return;
        }
        int last = segments.size() - 1;
        Segment previous = segments.get(last);
        if (!previous.special() && previous.assistant() == assistant) {
            segments.set(last, new Segment(previous.text() + text, false, assistant));
        } else {
            segments.add(new Segment(text, false, assistant));
        }
    }
}
