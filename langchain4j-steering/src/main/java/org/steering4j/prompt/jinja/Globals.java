package org.steering4j.prompt.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that every template may call. */
final class Globals {

    /** What Jinja2 has under these names, a template does not find here. */
    private static final Set<String> UNSUPPORTED = Set.of("lipsum", "self");

    private Globals() {}

    static boolean has(String name) {
        return UNSUPPORTED.contains(name)
                || Set.of("raise_exception", "strftime_now", "range", "dict", "namespace", "joiner", "cycler")
                        .contains(name);
    }

    static Function get(String name, Clock clock) {
        return switch (name) {
            case "raise_exception" ->
                call -> {
                    throw new Raised(Values.string(call.bind("message").require("message"))
                            .toString());
                };
            case "strftime_now" ->
                call -> Text.own(DateFormat.format(
                        LocalDateTime.now(clock),
                        call.bind("format").text("format").toString()));
            case "range" -> Globals::range;
            case "dict" -> new DictionaryFunction();
            case "namespace" ->
                call -> {
                    Map<Object, Object> members = dictionary(call);
                    members.keySet()
                            .forEach(key ->
                                    requireNamespaceMember(Values.string(key).toString()));
                    return new Namespace(members);
                };
            case "joiner" -> call -> new Joiner(call.bind("sep").get("sep", Text.own(", ")));
            case "cycler" -> call -> new Cycler(call);
            default -> throw Failure.unsupported(name);
        };
    }

    /** {@code raise_exception} was called. */
    static final class Raised extends RuntimeException {
        Raised(String message) {
            super(message, null, false, false);
        }
    }

    private static Range range(Call call) {
        Call.Bound arguments = call.bind("start", "stop", "step");
        if (!call.named().isEmpty()) {
            throw new Failure("range() takes no named arguments");
        }
        arguments.require("start");
        int first = arguments.integer("start", 0);
        return arguments.has("stop")
                ? new Range(first, arguments.integer("stop", 0), arguments.integer("step", 1))
                : new Range(0, first, 1);
    }

    private static Map<Object, Object> dictionary(Call call) {
        Map<Object, Object> members = new LinkedHashMap<>();
        if (call.positional().size() > 1) {
            throw new Failure("dict() takes one dictionary");
        }
        for (Object given : call.positional()) {
            for (Object pair : given instanceof Map<?, ?> map ? Values.pairs(map) : Values.items(given)) {
                List<Object> both = Values.items(pair);
                if (both.size() != 2) {
                    throw new Failure("dict() needs pairs");
                }
                Values.put(members, both.get(0), both.get(1));
            }
        }
        call.named().forEach((name, value) -> members.put(Text.own(name), value));
        return members;
    }

    /** As transformers has it, whose templates cannot reach what Python hides under such names. */
    static void requireNamespaceMember(String name) {
        if (name.startsWith("_")) {
            throw new Failure(
                    "the member %s of a namespace begins with an underscore: give it another name".formatted(name));
        }
    }

    /** {@code dict}, which has a function of its own. */
    private static final class DictionaryFunction implements Function, Attributes.Members {

        @Override
        public Object call(Call call) {
            return dictionary(call);
        }

        @Override
        public Object member(String name, Undefined none) {
            return name.equals("fromkeys") ? (Function) Globals::fromKeys : none;
        }
    }

    static Map<Object, Object> fromKeys(Call call) {
        Call.Bound arguments = call.bindByPlace("iterable", "value");
        Map<Object, Object> members = new LinkedHashMap<>();
        for (Object key : Values.items(arguments.require("iterable"))) {
            Values.put(members, key, arguments.get("value", null));
        }
        return members;
    }

    /** Writes a separator from the second call on. Mutable. */
    private static final class Joiner implements Function, Attributes.Members {

        private final Object separator;
        private boolean used;

        Joiner(Object separator) {
            this.separator = separator;
        }

        @Override
        public Object call(Call call) {
            call.bind();
            boolean first = !used;
            used = true;
            return first ? Text.EMPTY : separator;
        }

        @Override
        public Object member(String name, Undefined none) {
            return switch (name) {
                case "sep" -> separator;
                case "used" -> used;
                default -> none;
            };
        }
    }

    /** Goes round through some values. Mutable. */
    private static final class Cycler implements Attributes.Members {

        private final List<Object> items;
        private int position;

        Cycler(Call call) {
            call.from("cycler()", 0);
            if (call.positional().isEmpty() || !call.named().isEmpty()) {
                throw new Failure("cycler() needs values to go through, without names");
            }
            this.items = call.positional();
        }

        @Override
        public Object member(String name, Undefined none) {
            return switch (name) {
                case "items" -> new Tuple(items);
                case "pos" -> Values.integer(position);
                case "current" -> items.get(position);
                case "next" ->
                    (Function) call -> {
                        call.bind();
                        Object current = items.get(position);
                        position = (position + 1) % items.size();
                        return current;
                    };
                case "reset" ->
                    (Function) call -> {
                        call.bind();
                        position = 0;
                        return null;
                    };
                default -> none;
            };
        }
    }
}
