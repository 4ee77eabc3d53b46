package org.steering4j.prompt.jinja;

/**
 * A piece of a template's source.
 *
 * @param value text as it is to be written or, of a string, as it is meant; otherwise as it stands in the source
 * @param line from 1
 */
record Token(Kind kind, String value, int line) {

    enum Kind {
        TEXT("text"),
        OPEN_OUTPUT("begin of print statement"),
        CLOSE_OUTPUT("end of print statement"),
        OPEN_TAG("begin of statement block"),
        CLOSE_TAG("end of statement block"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        DECIMAL("float"),
        OPERATOR("operator"),
        END("end of template");

        final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    boolean is(Kind other, String text) {
        return kind == other && value.equals(text);
    }

    String description() {
        return switch (kind) {
            case NAME, OPERATOR, INTEGER, DECIMAL -> "'" + value + "'";
            case STRING -> "a string";
            default -> kind.description;
        };
    }
}
