package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** An object of config.json whose values are read by name and type; null stands for a value that is not given. Immutable. */
record ConfigurationValues(Path file, JsonNode json) {

    private static final int QUOTED_CHARACTERS = 80;

    ConfigurationValues of(JsonNode inner) {
        return new ConfigurationValues(file, inner);
    }

    boolean has(String key) {
        return json.hasNonNull(key);
    }

    JsonNode get(String key) {
        return json.path(key);
    }

    String text(String key, String otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!get(key).isTextual()) {
            throw wrong("%s must be a text but is %s".formatted(key, quoted(key)));
        }
        return get(key).textValue();
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!get(key).isBoolean()) {
            throw wrong("%s must be true or false but is %s".formatted(key, quoted(key)));
        }
        return get(key).booleanValue();
    }

    int positive(String key) {
        JsonNode value = get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw wrong("%s must be a whole number from 1 to %d but is %s"
                    .formatted(key, Integer.MAX_VALUE, quoted(value)));
        }
        return value.intValue();
    }

    int positive(String key, int otherwise) {
        return has(key) ? positive(key) : otherwise;
    }

    double number(String key, double otherwise) {
        return has(key) ? number(key) : otherwise;
    }

    /** A positive one. */
    double number(String key) {
        return positive(key, get(key));
    }

    double atLeastOne(String key) {
        double value = number(key);
        if (value < 1) {
            throw wrong("%s must be at least 1 but is %s".formatted(key, value));
        }
        return value;
    }

    List<Double> numbers(String key, int count) {
        return list(key, count, value -> positive("every value of " + key, value));
    }

    <T> List<T> list(String key, int count, Function<JsonNode, T> element) {
        if (!get(key).isArray() || get(key).size() != count) {
            throw wrong("%s must be a list of %d values but is %s".formatted(key, count, quoted(key)));
        }
        List<T> values = new ArrayList<>();
        get(key).forEach(value -> values.add(element.apply(value)));
        return values;
    }

    private double positive(String name, JsonNode value) {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() <= 0) {
            throw wrong("%s must be a positive number but is %s".formatted(name, quoted(value)));
        }
        return value.doubleValue();
    }

    /** The value, as far as a message has room for it. */
    String quoted(String key) {
        return quoted(get(key));
    }

    static String quoted(JsonNode value) {
        return value.isMissingNode() ? "missing" : abridged(value.toString());
    }

    static String abridged(String text) {
        return text.length() > QUOTED_CHARACTERS ? text.substring(0, QUOTED_CHARACTERS) + "..." : text;
    }

    ModelFolderException wrong(String problem) {
        return new ModelFolderException(
                "%s: %s; correct the file or download the model again".formatted(file, problem));
    }

    /** The problem says what is supported: another model is the way out. */
    ModelFolderException unsupported(String problem) {
        return new ModelFolderException("%s: %s".formatted(file, problem));
    }
}
