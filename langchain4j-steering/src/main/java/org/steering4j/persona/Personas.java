package org.steering4j.persona;

import dev.langchain4j.model.chat.request.ChatRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.steering4j.vector.Steering;

/**
 * The personas of an application, and which of them each conversation talks to.
 *
 * <pre>{@code
 * Personas personas = Personas.builder()
 *         .persona("bold", Steering.of("power-seeking", 1.0))
 *         .persona(Persona.of("cautious", Steering.of("power-seeking", -1.0)).withSystemMessage("Weigh every risk."))
 *         .defaultPersona("cautious")
 *         .build();
 *
 * Assistant assistant = AiServices.builder(Assistant.class)
 *         .chatModel(model)
 *         .chatMemoryProvider(memoryId -> MessageWindowChatMemory.withMaxMessages(20))
 *         .chatRequestTransformer(personas.chatRequestTransformer())
 *         .build();
 *
 * personas.select("conversation 7", "bold");    // from its next request on
 * }</pre>
 *
 * <p>A conversation's persona is the one selected for it, else the one that the resolver names, else the default persona, else none: then the
 * chat model's own default holds. A conversation is known by its memory id, any object with {@code equals} and {@code hashCode};
 * LangChain4j's is {@code "default"} where an AI service has no {@code @MemoryId}.
 *
 * <p>The personas never change. Selections are kept in memory, for {@value #DEFAULT_MAXIMUM_SELECTIONS} conversations and
 * {@value #DEFAULT_EXPIRY_HOURS} hours after the last use unless set otherwise; a conversation that is forgotten falls back to the resolver and
 * the default, so keep what must last longer where the resolver finds it. Thread-safe.
 */
public final class Personas {

    static final int DEFAULT_MAXIMUM_SELECTIONS = 10_000;
    static final int DEFAULT_EXPIRY_HOURS = 24;

    private static final Personas EMPTY = builder().build();

    private final SortedMap<String, Persona> personas;
    private final Persona defaultPersona;
    private final Function<Object, String> resolver;
    private final Selections selections;

    private Personas(Builder builder) {
        this.personas = new TreeMap<>(builder.personas);
        this.defaultPersona = builder.defaultPersona == null ? null : get(builder.defaultPersona);
        this.resolver = builder.resolver;
        this.selections = new Selections(builder.maximumSelections, builder.selectionExpiry, builder.clock);
    }

    /** None, and so nothing to select. */
    public static Personas empty() {
        return EMPTY;
    }

    /** @throws IllegalArgumentException if two have the same name */
    public static Personas of(Persona... personas) {
        return builder().personas(Arrays.asList(personas)).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(personas.keySet()));
    }

    /** All of them, in the order of names. */
    public Collection<Persona> all() {
        return Collections.unmodifiableCollection(personas.values());
    }

    /** @throws UnknownPersonaException if there is none of that name; the message lists the names there are */
    public Persona get(String name) {
        Persona persona = name == null ? null : personas.get(name);
        if (persona == null) {
            throw new UnknownPersonaException(name, names());
        }
        return persona;
    }

    public Optional<Persona> defaultPersona() {
        return Optional.ofNullable(defaultPersona);
    }

    /**
     * Lets a conversation talk to a persona, from its next request on; what it talked to before is replaced.
     *
     * @throws UnknownPersonaException if there is none of that name
     */
    public void select(Object conversationId, String persona) {
        selections.put(requireConversation(conversationId), get(persona));
    }

    /** Forgets the selection of one conversation, if it has one; resolver and default hold again. */
    public void clear(Object conversationId) {
        selections.remove(requireConversation(conversationId));
    }

    /** Forgets all selections. */
    public void clearAll() {
        selections.clear();
    }

    /**
     * The persona that a conversation talks to: selected, resolved or default; asking counts as a use.
     *
     * @throws UnknownPersonaException if the resolver names one that there is not
     */
    public Optional<Persona> personaOf(Object conversationId) {
        return selections
                .get(requireConversation(conversationId))
                .or(() -> Optional.ofNullable(resolver.apply(conversationId)).map(this::get))
                .or(this::defaultPersona);
    }

    /**
     * For {@code AiServices.builder(...).chatRequestTransformer(...)}: puts the persona of the conversation into each of its requests, with
     * its name, steering and system message. A request that itself names a steering or a persona is left as it is, which also makes a
     * second run do nothing.
     */
    public BiFunction<ChatRequest, Object, ChatRequest> chatRequestTransformer() {
        return this::transform;
    }

    private ChatRequest transform(ChatRequest request, Object conversationId) {
        if (request.parameters() instanceof PersonaChatRequestParameters asked && !asked.inheritsSteering()) {
            return request;
        }
        return personaOf(conversationId)
                .map(persona -> request.toBuilder()
                        .messages(persona.addSystemMessageTo(request.messages()))
                        // Not the other way round: another provider's parameters would merge themselves and leave the
                        // persona out.
                        .parameters(PersonaChatRequestParameters.of(persona).defaultedBy(request.parameters()))
                        .build())
                .orElse(request);
    }

    private static Object requireConversation(Object conversationId) {
        return Objects.requireNonNull(conversationId, "conversationId");
    }

    @Override
    public String toString() {
        return "Personas" + personas.keySet();
    }

    /** Collects personas and settings; for one thread. */
    public static final class Builder {

        private final SortedMap<String, Persona> personas = new TreeMap<>();
        private String defaultPersona;
        private Function<Object, String> resolver = conversationId -> null;
        private int maximumSelections = DEFAULT_MAXIMUM_SELECTIONS;
        private Duration selectionExpiry = Duration.ofHours(DEFAULT_EXPIRY_HOURS);
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /** @throws IllegalArgumentException if the name is blank or taken, or the steering null */
        public Builder persona(String name, Steering steering) {
            return persona(Persona.of(name, steering));
        }

        /** @throws IllegalArgumentException if its name is taken */
        public Builder persona(Persona persona) {
            if (personas.putIfAbsent(persona.name(), persona) != null) {
                throw new IllegalArgumentException(
                        "there already is a persona named \"" + persona.name() + "\": give this one another name");
            }
            return this;
        }

        /** @throws IllegalArgumentException if a name is taken */
        public Builder personas(Collection<Persona> personas) {
            personas.forEach(this::persona);
            return this;
        }

        /** Of conversations that have none selected and none resolved, and of chat models that have no steering of their own. */
        public Builder defaultPersona(String defaultPersona) {
            this.defaultPersona = defaultPersona;
            return this;
        }

        /**
         * Names the persona of a conversation that has none selected, such as from a user's profile; null for the default. It is asked at
         * every request, by several threads.
         */
        public Builder resolver(Function<Object, String> resolver) {
            this.resolver = Objects.requireNonNull(resolver, "resolver");
            return this;
        }

        /**
         * How many conversations may have a selection; beyond, the least recently used loses it.
         *
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maximumSelections(int maximumSelections) {
            if (maximumSelections < 1) {
                throw new IllegalArgumentException(
                        "maximumSelections is " + maximumSelections + " but must be at least 1");
            }
            this.maximumSelections = maximumSelections;
            return this;
        }

        /**
         * How long after its last use a selection is forgotten.
         *
         * @throws IllegalArgumentException if it is less than a millisecond
         */
        public Builder selectionExpiry(Duration selectionExpiry) {
            if (selectionExpiry.toMillis() < 1) {
                throw new IllegalArgumentException(
                        "selectionExpiry is " + selectionExpiry + " but must be at least a millisecond");
            }
            this.selectionExpiry = selectionExpiry;
            return this;
        }

        /** Tells the time for {@link #selectionExpiry}; the system's unless set. */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** @throws UnknownPersonaException if the default persona is none of them */
        public Personas build() {
            return new Personas(this);
        }
    }
}
