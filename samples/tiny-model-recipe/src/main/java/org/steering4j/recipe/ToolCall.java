package org.steering4j.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An assistant's request to run a tool: its name and its arguments (strings or numbers) in order. */
public record ToolCall(String name, Map<String, Object> arguments) {

    public ToolCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /** The call as it stands between the tool call tokens: {@code {"name": "price", "arguments": {"item": "salt"}}}. */
    public String json() {
        return "{\"name\": " + Json.text(name) + ", \"arguments\": " + Json.text(arguments) + "}";
    }
}
