package org.steering4j;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.steering4j.prompt.ToolCallFormat;
import org.steering4j.vector.SteeringException;

/** Who may know whom. */
@AnalyzeClasses(packages = "org.steering4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String FRONT_DOOR = "org.steering4j";
    private static final String CDI = "org.steering4j.cdi..";
    private static final String PERSONA = "org.steering4j.persona..";
    private static final String PROMPT = "org.steering4j.prompt..";
    private static final String TOKENIZER = "org.steering4j.tokenizer..";
    private static final String CONSTRAINT = "org.steering4j.constraint..";
    private static final String ENGINE = "org.steering4j.engine..";
    private static final String HUB = "org.steering4j.hub..";
    private static final String CHECKPOINT = "org.steering4j.checkpoint..";
    private static final String VECTOR = "org.steering4j.vector..";
    private static final String INTERNAL = "org.steering4j.internal..";

    /** Our exceptions lie in vector, the lowest public package; they are thrown below it and caught above. */
    private static final DescribedPredicate<JavaClass> A_FAILURE = assignableTo(SteeringException.class);

    @ArchTest
    static final ArchRule no_cycles = slices().matching("org.steering4j.(*)..")
            .should()
            .beFreeOfCycles()
            .ignoreDependency(alwaysTrue(), A_FAILURE);

    @ArchTest
    static final ArchRule only_cdi_knows_the_front_door = noClasses()
            .that()
            .resideOutsideOfPackages(FRONT_DOOR, CDI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(FRONT_DOOR);

    @ArchTest
    static final ArchRule nobody_knows_cdi = mayNotKnow(FRONT_DOOR, CDI);

    @ArchTest
    static final ArchRule persona_knows_steerings_only =
            mayNotKnow(PERSONA, CDI, HUB, CONSTRAINT, PROMPT, ENGINE, CHECKPOINT);

    @ArchTest
    static final ArchRule internal_is_at_the_bottom =
            mayNotKnow(INTERNAL, CDI, HUB, CONSTRAINT, PERSONA, PROMPT, ENGINE, CHECKPOINT, VECTOR);

    @ArchTest
    static final ArchRule vector_knows_none_of_them =
            mayNotKnow(VECTOR, CDI, HUB, CONSTRAINT, PERSONA, PROMPT, ENGINE, CHECKPOINT);

    @ArchTest
    static final ArchRule checkpoint_knows_files_only =
            mayNotKnow(CHECKPOINT, CDI, HUB, CONSTRAINT, PERSONA, PROMPT, ENGINE, VECTOR);

    @ArchTest
    static final ArchRule hub_knows_files_only = mayNotKnow(HUB, CDI, CONSTRAINT, PERSONA, PROMPT, ENGINE, VECTOR);

    @ArchTest
    static final ArchRule engine_knows_no_text = mayNotKnow(ENGINE, CDI, HUB, CONSTRAINT, PERSONA, PROMPT);

    @ArchTest
    static final ArchRule prompt_knows_no_engine_and_no_vectors =
            mayNotKnow(PROMPT, CDI, HUB, CONSTRAINT, PERSONA, ENGINE, VECTOR);

    @ArchTest
    static final ArchRule constraint_knows_tokens_and_schemas_only =
            mayNotKnow(CONSTRAINT, CDI, HUB, PERSONA, CHECKPOINT, VECTOR);

    @ArchTest
    static final ArchRule regular_languages_know_nothing_else = noClasses()
            .that()
            .resideInAPackage("org.steering4j.constraint.regular..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("org.steering4j.constraint.regular..", "java..");

    @ArchTest
    static final ArchRule tokenizer_knows_files_only =
            mayNotKnow(TOKENIZER, CDI, HUB, CONSTRAINT, PERSONA, PROMPT, ENGINE, VECTOR);

    @ArchTest
    static final ArchRule tokenizer_is_known_by_prompt_only = noClasses()
            .that()
            .resideOutsideOfPackages(TOKENIZER, PROMPT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(TOKENIZER);

    /** It ends the process on some texts and on some files: tests may judge by it, nothing else may run it. */
    @ArchTest
    static final ArchRule nobody_knows_the_native_tokenizer =
            noClasses().should().dependOnClassesThat().resideInAPackage("ai.djl.huggingface..");

    private static final DescribedPredicate<JavaClass> TOOL_CALL_FORMAT =
            describe("the tool call format", type -> type.getBaseComponentType().isEquivalentTo(ToolCallFormat.class));

    /** Which is data: how a model writes tool calls. */
    @ArchTest
    static final ArchRule constraint_knows_of_prompts_the_tool_call_format_only = noClasses()
            .that()
            .resideInAPackage(CONSTRAINT)
            .should()
            .dependOnClassesThat(resideInAnyPackage(PROMPT).and(not(TOOL_CALL_FORMAT)));

    @ArchTest
    static final ArchRule engine_and_below_know_no_langchain4j = noClasses()
            .that()
            .resideInAnyPackage(ENGINE, HUB, CHECKPOINT, TOKENIZER, VECTOR, INTERNAL)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.langchain4j..");

    @ArchTest
    static final ArchRule only_cdi_needs_its_apis = noClasses()
            .that()
            .resideOutsideOfPackage(CDI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta..", "org.eclipse.microprofile..");

    private static ArchRule mayNotKnow(String who, String... whom) {
        return noClasses()
                .that()
                .resideInAPackage(who)
                .should()
                .dependOnClassesThat(resideInAnyPackage(whom).and(not(A_FAILURE)));
    }
}
