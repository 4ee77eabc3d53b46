package org.steering4j.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes flat JSON with a space after each colon and comma, the spacing that language models usually see. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static String text(Map<String, Object> object) {
        return object.entrySet().stream()
                .map(entry -> text(entry.getKey()) + ": " + text(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    static String text(Object scalar) {
        try {
            return MAPPER.writeValueAsString(scalar);
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException("Cannot write as JSON: " + scalar, impossible);
        }
    }
}
