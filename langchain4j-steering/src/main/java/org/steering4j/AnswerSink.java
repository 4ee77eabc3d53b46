package org.steering4j;

import java.util.function.BooleanSupplier;
import org.steering4j.prompt.AnswerPart;

/** Is told the parts of an answer as they come, on the generating thread. */
interface AnswerSink {

    /** For those who only want the whole. */
    AnswerSink NONE = until(() -> false);

    /** For those who only want the whole, and not even that once they have cancelled. */
    static AnswerSink until(BooleanSupplier cancelled) {
        return new AnswerSink() {
            @Override
            public void onText(String text) {}

            @Override
            public void onThinking(String thinking) {}

            @Override
            public void onPartialToolCall(AnswerPart.PartialToolCall call) {}

            @Override
            public void onToolCall(AnswerPart.ToolCall call) {}

            @Override
            public boolean wantsWhole() {
                return true;
            }

            @Override
            public boolean isCancelled() {
                return cancelled.getAsBoolean();
            }
        };
    }

    void onText(String text);

    void onThinking(String thinking);

    void onPartialToolCall(AnswerPart.PartialToolCall call);

    void onToolCall(AnswerPart.ToolCall call);

    /** Whether it looks at nothing that it is told, so that parts may as well be held back until the end. */
    default boolean wantsWhole() {
        return false;
    }

    /** Once true, nothing more is told, and generation stops. */
    boolean isCancelled();
}
