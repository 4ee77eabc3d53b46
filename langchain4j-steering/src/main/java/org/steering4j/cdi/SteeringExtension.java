package org.steering4j.cdi;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.build.compatible.spi.BeanInfo;
import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.Discovery;
import jakarta.enterprise.inject.build.compatible.spi.InjectionPointInfo;
import jakarta.enterprise.inject.build.compatible.spi.MetaAnnotations;
import jakarta.enterprise.inject.build.compatible.spi.Registration;
import jakarta.enterprise.inject.build.compatible.spi.ScannedClasses;
import jakarta.enterprise.inject.build.compatible.spi.Synthesis;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticComponents;
import jakarta.enterprise.lang.model.AnnotationInfo;

/**
 * Adds the beans of {@link org.steering4j.cdi} to an application, and refuses its deployment where a setting cannot be read, or an
 * {@link Persona @Persona} in its code names what there is not. It adds nothing where there is no model: neither a setting of ours nor the
 * embedded model. For the container, which finds it by itself.
 *
 * <p>Some containers, such as Quarkus, run it when the application is built, on another machine perhaps. So it looks for no file and downloads
 * nothing: {@link SteeringProducers} does when the application starts.
 *
 * <p>It throws what it finds, and does not note it in the container's {@code Messages}: Weld looks at those only after its own checks, which
 * would then complain about beans that are missing for the very same reason.
 */
public final class SteeringExtension implements BuildCompatibleExtension {

    /** Found out in the first phase: what a constructor throws, the container hides. */
    private boolean wanted;

    /** The classes whose annotations speak for themselves. */
    @Discovery
    public void addClasses(ScannedClasses classes, MetaAnnotations annotations) {
        // Some containers know the annotations only of archives that they index.
        annotations.addQualifier(Persona.class);
        wanted = SteeringConfiguration.isWanted(Settings.ofTheApplication());
        if (wanted) {
            classes.add(SteeringProducers.class.getName());
            classes.add(ConversationPersona.class.getName());
        }
    }

    /** Checks that there is every persona that the application's beans want injected; the container's own message would not list them. */
    @Registration(types = Object.class)
    public void requireInjectedPersonas(BeanInfo bean) {
        for (InjectionPointInfo injectionPoint : bean.injectionPoints()) {
            for (AnnotationInfo qualifier : injectionPoint.qualifiers()) {
                if (wanted && qualifier.name().equals(Persona.class.getName())) {
                    configuration()
                            .personasBuilder()
                            .build()
                            .get(qualifier.value().asString());
                }
            }
        }
    }

    /** Adds a pair of chat models for each persona. */
    @Synthesis
    public void addPersonas(SyntheticComponents components) {
        if (!wanted) {
            return;
        }
        for (String persona : configuration().personasBuilder().build().names()) {
            add(components, ChatModel.class, PersonaChatModelCreator.class, persona);
            add(components, StreamingChatModel.class, PersonaStreamingChatModelCreator.class, persona);
        }
    }

    private static SteeringConfiguration configuration() {
        return SteeringConfiguration.read(Settings.ofTheApplication());
    }

    private static <T> void add(
            SyntheticComponents components,
            Class<T> type,
            Class<? extends SyntheticBeanCreator<T>> creator,
            String persona) {
        components
                .addBean(type)
                .type(type)
                .qualifier(Persona.Literal.of(persona))
                .scope(ApplicationScoped.class)
                .withParam(PersonaChatModelCreator.PERSONA, persona)
                .createWith(creator);
    }
}
