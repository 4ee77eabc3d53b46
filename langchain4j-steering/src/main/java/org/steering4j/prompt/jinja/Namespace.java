package org.steering4j.prompt.jinja;

import java.util.Map;

/** Variables that can be set from within loops. The only mutable value. */
record Namespace(Map<Object, Object> members) {}
