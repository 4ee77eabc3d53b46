package org.steering4j.prompt.jinja;

/** A text marked as safe HTML, which Python treats differently from others wherever it does more than write it: we only write it. */
record Markup(Text text) {}
