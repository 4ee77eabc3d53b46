package org.steering4j.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tool offered to the assistant: its name, what it does and its parameters, all of type string. */
public record ToolDescription(String name, String description, List<String> parameters) {

    public ToolDescription {
        parameters = List.copyOf(parameters);
    }

    /** The description in the shape that chat templates expect, as maps and lists. */
    public Map<String, Object> asFunction() {
        Map<String, Object> properties = new LinkedHashMap<>();
        parameters.forEach(parameter -> properties.put(parameter, Map.of("type", "string")));
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("description", description);
        function.put("parameters", Map.of("type", "object", "properties", properties, "required", parameters));
        return Collections.unmodifiableMap(new LinkedHashMap<>(Map.of("type", "function", "function", function)));
    }
}
