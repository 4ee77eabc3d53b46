package org.steering4j;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.util.List;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.constraint.Vocabulary;
import org.steering4j.prompt.ToolCallFormat;

/**
 * What a request asks its answer to look like. Immutable.
 *
 * @param callRequired whether it is to be tool calls
 * @param tools that may be called; if none is required, the answer may be JSON instead
 * @param schema of the JSON; null for any object
 */
record AnswerForm(boolean callRequired, List<ToolSpecification> tools, JsonSchema schema) {

    /** @throws dev.langchain4j.exception.UnsupportedFeatureException if a schema is too deep to be compared with another one */
    void requireDepth() {
        AnswerConstraint.requireDepth(schema, tools);
    }

    /**
     * @param calls how the model writes tool calls; for tools alone
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if an answer cannot be held to it
     */
    AnswerConstraint constraint(Vocabulary vocabulary, ToolCallFormat calls) {
        if (tools.isEmpty()) {
            return AnswerConstraint.json(vocabulary, schema);
        }
        return callRequired
                ? AnswerConstraint.toolCalls(vocabulary, tools, calls)
                : AnswerConstraint.jsonOrToolCalls(vocabulary, schema, tools, calls);
    }
}
