package org.steering4j.prompt.jinja;

/** What can be called: a macro, a method, a global function. */
@FunctionalInterface
interface Function {

    Object call(Call call);
}
