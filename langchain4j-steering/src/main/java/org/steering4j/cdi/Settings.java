package org.steering4j.cdi;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** Where settings come from: texts by name. Knows none of the names. */
interface Settings {

    /** What stands under a name, not blank. */
    Optional<String> find(String name);

    /** The names that have a value, as far as the source can tell; of environment variables in capitals. */
    Set<String> names();

    /** MicroProfile Config if it is on the class path with an implementation, else system properties and environment variables. */
    static Settings ofTheApplication() {
        if (microProfileIsPresent(Settings.class.getClassLoader())) {
            try {
                return new MicroProfileSettings();
            } catch (IllegalStateException e) {
                // The API alone is there; other libraries bring it without needing it.
            }
        }
        return new PlainSettings(texts(System.getProperties()), System.getenv());
    }

    static boolean microProfileIsPresent(ClassLoader loader) {
        try {
            Class.forName("org.eclipse.microprofile.config.ConfigProvider", false, loader);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static Map<String, String> texts(Properties properties) {
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }
}
