package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steering4j.constraint.regular.Language;
import org.steering4j.constraint.regular.NotRegularException;
import org.steering4j.constraint.regular.RegularExpression;

/**
 * A schema with the places in it that references may lead to (JSON Schema 2020-12, core, sections 8.2 and 9): JSON pointers from the root,
 * anchors, and identifiers of schemas within. Nothing is loaded from elsewhere. For one thread.
 */
final class SchemaDocument {

    /** Below these keywords lie schemas: one, a list of them, or some by name. */
    private static final Set<String> ONE = Set.of(
            "not",
            "if",
            "then",
            "else",
            "items",
            "contains",
            "additionalProperties",
            "unevaluatedProperties",
            "unevaluatedItems",
            "propertyNames");

    private static final Set<String> LIST = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> BY_NAME =
            Set.of("properties", "patternProperties", "dependentSchemas", "$defs", "definitions");

    private enum Position {
        SCHEMA,
        LIST_OF_SCHEMAS,
        SCHEMAS_BY_NAME,
        OTHER
    }

    /**
     * Where an object or array lies.
     *
     * @param around what it lies in; null for the root
     * @param resource the schema that a reference from here begins at: the root, or the nearest one with an identifier
     */
    private record Place(JsonNode around, String path, JsonNode resource, String base) {}

    private record Visit(JsonNode node, Position position, Place place) {}

    private final JsonNode root;
    private final String subject;
    private final Map<JsonNode, Place> places = new IdentityHashMap<>();
    private final Map<JsonNode, Subschema> subschemas = new IdentityHashMap<>();
    private final Map<String, Language> languages = new HashMap<>();
    /** By absolute identifier, and by identifier, hash sign and anchor. */
    private final Map<String, JsonNode> identified = new HashMap<>();

    /** What references lead into: where definitions are kept, whatever its name is. */
    private final Set<String> containers = new HashSet<>();

    private final Set<String> dynamicAnchors = new HashSet<>();
    private final Set<String> repeatedDynamicAnchors = new HashSet<>();

    /** @param subject whose schema it is, for messages */
    SchemaDocument(JsonNode root, String subject) {
        this.root = root;
        this.subject = subject;
        identified.put("", root);
        Deque<Visit> visits = new ArrayDeque<>();
        visits.push(new Visit(root, Position.SCHEMA, new Place(null, "$", root, "")));
        while (!visits.isEmpty()) {
            visit(visits.pop(), visits);
        }
    }

    private void visit(Visit visit, Deque<Visit> visits) {
        JsonNode node = visit.node;
        if (!node.isContainerNode()) {
            return;
        }
        Place place = visit.position == Position.SCHEMA ? identify(node, visit.place) : visit.place;
        places.put(node, place);
        if (node.path("$ref").asText().startsWith("#/")) {
            containers.add(node.get("$ref").asText().substring(2).split("/", 2)[0]);
        }
        if (node.isArray()) {
            Position position = visit.position == Position.LIST_OF_SCHEMAS ? Position.SCHEMA : Position.OTHER;
            for (int i = 0; i < node.size(); i++) {
                visits.push(new Visit(node.get(i), position, within(node, place, "[" + i + "]")));
            }
            return;
        }
        node.fields()
                .forEachRemaining(field -> visits.push(new Visit(
                        field.getValue(),
                        position(visit.position, field.getKey()),
                        within(node, place, "." + field.getKey()))));
    }

    private static Place within(JsonNode around, Place place, String step) {
        return new Place(around, place.path + step, place.resource, place.base);
    }

    private static Position position(Position around, String name) {
        if (around == Position.SCHEMAS_BY_NAME) {
            return Position.SCHEMA;
        }
        if (around != Position.SCHEMA) {
            return Position.OTHER;
        }
        return ONE.contains(name)
                ? Position.SCHEMA
                : LIST.contains(name)
                        ? Position.LIST_OF_SCHEMAS
                        : BY_NAME.contains(name) ? Position.SCHEMAS_BY_NAME : Position.OTHER;
    }

    /** Takes down the names that a schema gives to itself. */
    private Place identify(JsonNode schema, Place place) {
        Place named = place;
        JsonNode id = schema.get("$id");
        if (id != null && id.isTextual() && !id.textValue().startsWith("#")) {
            String base = absolute(place.base, id.textValue(), place.path);
            named = new Place(place.around, place.path, schema, withoutEmptyFragment(base));
            identify(named.base, schema, place.path);
        }
        for (String keyword : List.of("$anchor", "$dynamicAnchor")) {
            JsonNode anchor = schema.get(keyword);
            if (anchor != null && anchor.isTextual()) {
                identify(named.base + "#" + anchor.textValue(), schema, place.path);
            }
        }
        JsonNode dynamic = schema.get("$dynamicAnchor");
        if (dynamic != null && !dynamicAnchors.add(dynamic.asText())) {
            repeatedDynamicAnchors.add(dynamic.asText());
        }
        return named;
    }

    private void identify(String name, JsonNode schema, String path) {
        JsonNode other = identified.put(name, schema);
        if (other != null && other != schema) {
            throw refusal("the name \"%s\", which another schema in it has as well,".formatted(name), path);
        }
    }

    private static String withoutEmptyFragment(String uri) {
        return uri.endsWith("#") ? uri.substring(0, uri.length() - 1) : uri;
    }

    private String absolute(String base, String reference, String path) {
        try {
            return base.isEmpty()
                    ? reference
                    : URI.create(base).resolve(reference).toString();
        } catch (IllegalArgumentException e) {
            throw refusal("the address \"" + reference + "\"", path);
        }
    }

    /**
     * The texts in which a pattern is found.
     *
     * @throws NotRegularException if that cannot be told
     */
    Language language(String pattern) {
        return languages.computeIfAbsent(pattern, RegularExpression::language);
    }

    Subschema root() {
        return subschema(root, root);
    }

    /**
     * @param schema a schema of this document, or one that is made of its schemas
     * @param origin where messages say that it is, and where its references begin, if it is not one of the document
     */
    Subschema subschema(JsonNode schema, JsonNode origin) {
        Subschema known = subschemas.get(schema);
        if (known == null) {
            known = new Subschema(this, schema, places.containsKey(schema) ? schema : origin);
            subschemas.put(schema, known);
        }
        return known;
    }

    /** Whether the document holds a schema, or it was made of its schemas. */
    boolean isOwn(JsonNode schema) {
        return places.containsKey(schema);
    }

    /** Whether references lead into what a keyword says, as into {@code components} of OpenAPI. */
    boolean keepsDefinitions(String keyword) {
        return containers.contains(keyword);
    }

    /** What a reference leads to, when it stands at a place. */
    Subschema resolve(String reference, JsonNode origin, boolean dynamic) {
        Place place = place(origin);
        int hash = reference.indexOf('#');
        String address = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "" : decoded(reference.substring(hash + 1), reference, place.path);
        JsonNode resource = address.isEmpty()
                ? place.resource
                : identified.get(withoutEmptyFragment(absolute(place.base, address, place.path)));
        JsonNode target = resource == null ? null : target(resource, fragment);
        if (target == null && address.isEmpty()) {
            target = nearest(origin, fragment);
        }
        if (target == null || !target.isObject() && !target.isBoolean()) {
            throw refusal("the reference \"%s\", which leads to no definition,".formatted(reference), place.path);
        }
        if (dynamic && repeatedDynamicAnchors.contains(fragment)) {
            throw refusal(
                    "the JSON schema keyword \"$dynamicRef\" to \"%s\", which several schemas are called,"
                            .formatted(reference),
                    place.path);
        }
        return subschema(target, origin);
    }

    private JsonNode target(JsonNode resource, String fragment) {
        if (fragment.isEmpty()) {
            return resource;
        }
        return fragment.startsWith("/")
                ? at(resource, fragment)
                : identified.get(place(resource).base + "#" + fragment);
    }

    /**
     * Some generators write pointers from a schema that was put into another one since, with its definitions: they are taken from the nearest
     * schema around that has them, if the root has not.
     */
    private JsonNode nearest(JsonNode origin, String fragment) {
        if (!fragment.startsWith("/")) {
            return null;
        }
        for (JsonNode around = origin; around != null; around = place(around).around) {
            JsonNode target = at(around, fragment);
            if (target != null) {
                return target;
            }
        }
        return null;
    }

    /** RFC 6901. */
    private static JsonNode at(JsonNode start, String pointer) {
        JsonNode node = start;
        for (String step : pointer.substring(1).split("/", -1)) {
            String name = step.replace("~1", "/").replace("~0", "~");
            node = node.isArray()
                    ? (name.matches("0|[1-9][0-9]{0,8}") ? node.get(Integer.parseInt(name)) : null)
                    : node.get(name);
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private String decoded(String fragment, String reference, String path) {
        byte[] bytes = fragment.getBytes(StandardCharsets.UTF_8);
        List<Byte> decoded = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                decoded.add(bytes[i]);
                continue;
            }
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw refusal(
                        "the reference \"%s\", whose %% is followed by no two digits,".formatted(reference), path);
            }
            decoded.add((byte) (high * 16 + low));
            i += 2;
        }
        byte[] text = new byte[decoded.size()];
        for (int i = 0; i < text.length; i++) {
            text[i] = decoded.get(i);
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    private Place place(JsonNode origin) {
        return places.get(origin);
    }

    UnsupportedFeatureException refusal(String what, JsonNode origin) {
        return refusal(what, places.containsKey(origin) ? place(origin).path : "$");
    }

    private UnsupportedFeatureException refusal(String what, String path) {
        return new UnsupportedFeatureException(
                "%s: %s (at %s) is not supported: an answer cannot be held to it; leave it out"
                        .formatted(subject, what, path));
    }
}
