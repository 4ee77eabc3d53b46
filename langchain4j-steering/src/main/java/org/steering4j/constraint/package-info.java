/**
 * Holds an answer to a form while it is generated: JSON that a schema describes, tool calls, or either.
 *
 * <p>{@link org.steering4j.constraint.AnswerConstraint} is the form. It is made of {@code Syntax}es (a string, an object, one of some words),
 * which know nothing of tokens but what they cost. What is still to be written is a {@code Stack} of {@code Frame}s; reading a byte turns one
 * into none, one or several others, so that alternatives are followed side by side. {@link org.steering4j.constraint.Vocabulary} holds what
 * each token writes, as a trie: a walk over it with the stacks tells which tokens may come next.
 *
 * <p>Every stack knows how many tokens it needs at most to be completed. A token after which these would exceed those that are left is not
 * allowed, so that an answer is complete whenever the limit ends it.
 *
 * <p>Strings that match a pattern, and numbers within bounds, are texts of regular languages; {@code AutomatonSyntax} walks the automata that
 * {@link org.steering4j.constraint.regular} makes of them.
 *
 * <p>It works on UTF-8 bytes, so that a token may end within a character. It knows LangChain4j's schemas and the engine's
 * {@link org.steering4j.engine.TokenConstraint}, and how models write tool calls ({@link org.steering4j.prompt.ToolCallFormat}), but no
 * conversations, no tokenizer files and no steering.
 */
package org.steering4j.constraint;
