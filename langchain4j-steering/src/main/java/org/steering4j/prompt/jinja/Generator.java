package org.steering4j.prompt.jinja;

import java.util.Iterator;

/** Items that are worked out as they are asked for, once: it has no length and cannot be written. */
record Generator(Iterator<Object> items) {}
