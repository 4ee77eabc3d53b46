package org.steering4j.cdi;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** System properties and, where they say nothing, environment variables, named by the rule of MicroProfile Config. */
record PlainSettings(Map<String, String> properties, Map<String, String> environment) implements Settings {

    @Override
    public Optional<String> find(String name) {
        return Stream.of(properties.get(name), environment.get(SettingNames.inEnvironment(name)))
                .filter(text -> text != null && !text.isBlank())
                .findFirst();
    }

    @Override
    public Set<String> names() {
        Set<String> names = new HashSet<>(properties.keySet());
        names.addAll(environment.keySet());
        return names;
    }
}
