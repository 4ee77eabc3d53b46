package org.steering4j.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Iterator;
import java.util.Map;

/** Writes JSON as Python's {@code json.dumps(value, ensure_ascii=False)} does, white space included: models were trained on that. */
final class PythonJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private PythonJson() {}

    /** @param indent spaces a level, or null for one line */
    static String write(Object value, Integer indent) {
        StringBuilder json = new StringBuilder();
        write(value, indent, 0, json);
        return json.toString();
    }

    private static void write(Object value, Integer indent, int depth, StringBuilder json) {
        if (value instanceof Map<?, ?> map) {
            writeAll(map.entrySet(), '{', '}', indent, depth, json);
        } else if (value instanceof Iterable<?> list) {
            writeAll(list, '[', ']', indent, depth, json);
        } else if (value instanceof Map.Entry<?, ?> entry) {
            write(String.valueOf(entry.getKey()), indent, depth, json);
            json.append(": ");
            write(entry.getValue(), indent, depth, json);
        } else {
            json.append(scalar(value));
        }
    }

    private static void writeAll(
            Iterable<?> items, char open, char close, Integer indent, int depth, StringBuilder json) {
        json.append(open);
        Iterator<?> iterator = items.iterator();
        boolean empty = !iterator.hasNext();
        while (iterator.hasNext()) {
            newLine(indent, depth + 1, json);
            write(iterator.next(), indent, depth + 1, json);
            if (iterator.hasNext()) {
                json.append(indent == null ? ", " : ",");
            }
        }
        if (!empty) {
            newLine(indent, depth, json);
        }
        json.append(close);
    }

    private static void newLine(Integer indent, int depth, StringBuilder json) {
        if (indent != null) {
            json.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private static String scalar(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }
}
