package org.steering4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;

/** Is told the parts of an answer as they come, on the generating thread. */
interface AnswerSink {

    /** For those who only want the whole. */
    AnswerSink NONE = new AnswerSink() {
        @Override
        public void onText(String text) {}

        @Override
        public void onToolCall(int index, ToolExecutionRequest request) {}

        @Override
        public boolean isCancelled() {
            return false;
        }
    };

    void onText(String text);

    /** @param index of the call within the answer, from 0 */
    void onToolCall(int index, ToolExecutionRequest request);

    /** Once true, nothing more is told, and generation stops. */
    boolean isCancelled();
}
