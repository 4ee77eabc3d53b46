package org.steering4j.constraint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.Set;

/** Says what is wrong with a document, by another implementation of JSON Schema (2020-12) than the code under test. */
final class SchemaValidator {

    static final ObjectMapper MAPPER = new ObjectMapper()
            .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final JsonSchema schema;

    private SchemaValidator(JsonSchema schema) {
        this.schema = schema;
    }

    /** @param schema JSON Schema */
    static SchemaValidator of(String schema) {
        try {
            return new SchemaValidator(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(MAPPER.readTree(schema)));
        } catch (JacksonException e) {
            throw new AssertionError(schema, e);
        }
    }

    /** Null if the text is a valid document. */
    String problem(String json) {
        try {
            Set<ValidationMessage> problems = schema.validate(MAPPER.readTree(json));
            return problems.isEmpty() ? null : problems.toString();
        } catch (JacksonException e) {
            return e.getMessage();
        }
    }
}
