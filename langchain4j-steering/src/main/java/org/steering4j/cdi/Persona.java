package org.steering4j.cdi;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Asks for a chat model that answers as one persona: {@code @Inject @Persona("cautious") ChatModel model}. A name that is not configured
 * fails the deployment.
 */
@Qualifier @Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface Persona {

    /** The persona's name. */
    String value();

    /** For look-ups in code: {@code instance.select(ChatModel.class, Persona.Literal.of("cautious"))}. */
    final class Literal extends AnnotationLiteral<Persona> implements Persona {

        private final String value;

        private Literal(String value) {
            this.value = value;
        }

        public static Literal of(String value) {
            return new Literal(value);
        }

        @Override
        public String value() {
            return value;
        }
    }
}
