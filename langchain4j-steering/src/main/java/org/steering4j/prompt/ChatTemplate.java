package org.steering4j.prompt;

import dev.langchain4j.exception.InvalidRequestException;
import java.time.Clock;
import java.util.Map;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.prompt.jinja.JinjaException;
import org.steering4j.prompt.jinja.JinjaTemplate;
import org.steering4j.prompt.jinja.Text;

/**
 * A model's chat template, rendered to the letter as Hugging Face's transformers render it, or refused. It knows nothing of LangChain4j's
 * messages or of tokens.
 *
 * <p>Immutable and thread-safe.
 */
final class ChatTemplate {

    private final String source;
    private final String origin;
    /** Null if it cannot be read. */
    private final JinjaTemplate template;
    /** Null if it can be read. */
    private final JinjaException problem;

    /**
     * What cannot be read is told when it is to be rendered: scoring, training and other templates of the same model do without it.
     *
     * @param origin what to call it in messages, such as the file it is from
     */
    ChatTemplate(String source, String origin) {
        this.source = source;
        this.origin = origin;
        JinjaTemplate parsed = null;
        JinjaException unreadable = null;
        try {
            parsed = JinjaTemplate.parse(source);
        } catch (JinjaException e) {
            unreadable = e;
        }
        this.template = parsed;
        this.problem = unreadable;
    }

    /** The template's source, to look up which control tokens it spells out. */
    String source() {
        return source;
    }

    /** Whether it looks at a variable. */
    boolean reads(String variable) {
        return template != null && template.variables().contains(variable);
    }

    /**
     * @throws InvalidRequestException if the template refuses the messages
     * @throws ModelFolderException if the template cannot be read, or fails otherwise
     */
    Text render(Map<String, ?> variables) {
        if (problem != null) {
            throw new ModelFolderException(origin + " cannot be read: " + problem.getMessage(), problem);
        }
        try {
            return template.render(variables, Clock.systemDefaultZone());
        } catch (JinjaException.Refusal e) {
            throw new InvalidRequestException("the model's chat template refuses this conversation: " + e.reason(), e);
        } catch (JinjaException e) {
            throw new ModelFolderException(origin + " cannot be rendered: " + e.getMessage(), e);
        }
    }
}
