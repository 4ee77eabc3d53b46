package org.steering4j.cdi;

import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.ConversationScoped;
import jakarta.enterprise.inject.spi.CDI;
import java.io.Serializable;
import java.util.Optional;
import org.steering4j.persona.Personas;

/**
 * The persona that is selected for the current CDI conversation, of CDI's {@link ConversationScoped conversation scope}:
 *
 * <pre>{@code
 * @Inject ConversationPersona persona;
 * ...
 * persona.select("cautious");
 * }</pre>
 *
 * <p>The injectable {@code Personas} ask it for conversations that have no selection of their own. So AI services that take
 * {@code personas.chatRequestTransformer()} follow it on threads where the conversation is active. A streaming AI service with tools makes its
 * further requests on another thread: there, select by memory id, {@code personas.select(memoryId, "cautious")}.
 *
 * <p>Not for several threads at once, as the conversation is not.
 */
@ConversationScoped
public class ConversationPersona implements Serializable {

    private static final long serialVersionUID = 1L;

    private String name;

    /** @throws org.steering4j.persona.UnknownPersonaException if there is none of that name */
    public void select(String persona) {
        // Looked up, not injected: personas cannot be serialized with a conversation.
        CDI.current().select(Personas.class).get().get(persona);
        this.name = persona;
    }

    /** Lets the default hold again. */
    public void clear() {
        this.name = null;
    }

    /** The name of the selected persona. */
    public Optional<String> selected() {
        return Optional.ofNullable(name);
    }

    /** The name selected for the conversation of this thread; null if there is neither. */
    static String ofThisThread() {
        try {
            return CDI.current()
                    .select(ConversationPersona.class)
                    .get()
                    .selected()
                    .orElse(null);
        } catch (ContextNotActiveException e) {
            return null;
        }
    }
}
