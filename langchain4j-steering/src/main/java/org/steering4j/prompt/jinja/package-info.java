/**
 * The Jinja that chat templates use, evaluated as Jinja2 evaluates it for Hugging Face's transformers: blocks trimmed, sandboxed, with loop
 * controls, {@code tojson}, {@code raise_exception}, {@code strftime_now} and {@code generation}.
 *
 * <p>A wrong prompt is worse than none: what is not supported is refused with the line and the construct, never rendered differently. A
 * template comes with a model, from anywhere: it sees its variables only, reaches no Java object, and what it may do,
 * write and hold is bounded ({@code Work}).
 *
 * <p>In the order of the work: {@code Lexer}, {@code Parser}, {@code Statement} and {@code Expression}, {@code Rendering}, and what Python's
 * values do there: {@code Values}, {@code Strings}, {@code Filters}, {@code Tests}, {@code PercentFormat}, {@code BraceFormat}. It knows nothing of messages, tokens or LangChain4j.
 */
package org.steering4j.prompt.jinja;
