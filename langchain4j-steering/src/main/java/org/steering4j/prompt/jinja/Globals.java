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
    private static final Set<String> UNSUPPORTED = Set.of("cycler", "lipsum", "self");

    private Globals() {}

    static boolean has(String name) {
        return UNSUPPORTED.contains(name)
                || Set.of("raise_exception", "strftime_now", "range", "dict", "namespace", "joiner")
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
            case "dict" -> Globals::dictionary;
            case "namespace" -> call -> new Namespace(dictionary(call));
            case "joiner" -> Globals::joiner;
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

    private static Function joiner(Call call) {
        Object separator = call.bind("sep").get("sep", Text.own(", "));
        boolean[] used = {false};
        return each -> {
            each.bind();
            boolean first = !used[0];
            used[0] = true;
            return first ? Text.EMPTY : separator;
        };
    }
}
