package org.steering4j.prompt.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steering4j.prompt.jinja.Statement.Signature;

/**
 * A body that can be called.
 *
 * @param scope where it was defined
 */
record Macro(String name, Signature signature, List<Statement> body, Scope scope, Rendering rendering)
        implements Function, Attributes.Members {

    @Override
    public Object member(String attribute, Undefined none) {
        return switch (attribute) {
            case "name" -> Text.own(name);
            case "arguments" ->
                new Tuple(signature.parameters().stream().<Object>map(Text::own).toList());
            case "catch_varargs" -> signature.takesMore();
            case "catch_kwargs" -> signature.takesMoreNamed();
            case "caller" -> signature.takesCaller();
            case "explicit_caller" -> signature.parameters().contains("caller");
            default -> none;
        };
    }

    @Override
    public Object call(Call call) {
        List<String> parameters = signature.parameters();
        Scope inside = new Scope(scope);
        Set<String> given = new HashSet<>();
        List<Object> positional = call.positional();
        for (int i = 0; i < Math.min(parameters.size(), positional.size()); i++) {
            inside.set(parameters.get(i), positional.get(i));
            given.add(parameters.get(i));
        }
        if (positional.size() > parameters.size() && !signature.takesMore()) {
            throw new Failure("the macro %s takes at most %d arguments".formatted(name, parameters.size()));
        }
        Map<Object, Object> more = new LinkedHashMap<>();
        call.named().forEach((key, value) -> {
            if (parameters.contains(key) && given.add(key)) {
                inside.set(key, value);
            } else if (!key.equals("caller") || !signature.takesCaller()) {
                if (!signature.takesMoreNamed() || given.contains(key) || key.equals("caller")) {
                    throw new Failure("the macro %s does not take the argument %s".formatted(name, key));
                }
                more.put(Text.own(key), value);
            }
        });
        setDefaults(inside, given);
        if (signature.takesMore()) {
            int first = Math.min(parameters.size(), positional.size());
            inside.set("varargs", new Tuple(new ArrayList<>(positional.subList(first, positional.size()))));
        }
        if (signature.takesMoreNamed()) {
            inside.set("kwargs", more);
        }
        if (signature.takesCaller() && !parameters.contains("caller")) {
            Undefined none = new Undefined("the macro " + name + " was not called by {% call %}");
            inside.set("caller", call.named().getOrDefault("caller", none));
        }
        return rendering.runMacro(body, inside);
    }

    private void setDefaults(Scope inside, Set<String> given) {
        List<String> parameters = signature.parameters();
        int firstDefault = parameters.size() - signature.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            if (!given.contains(parameters.get(i))) {
                inside.set(
                        parameters.get(i),
                        i < firstDefault
                                ? new Undefined("the parameter '" + parameters.get(i) + "' was not provided")
                                : rendering.evaluate(signature.defaults().get(i - firstDefault), inside));
            }
        }
    }
}
