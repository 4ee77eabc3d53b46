package org.steering4j.cdi;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** MicroProfile Config; loaded only where that is present. */
final class MicroProfileSettings implements Settings {

    private final Config config = ConfigProvider.getConfig();

    @Override
    public Optional<String> find(String name) {
        return config.getOptionalValue(name, String.class).filter(text -> !text.isBlank());
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        config.getPropertyNames().forEach(names::add);
        return names;
    }
}
