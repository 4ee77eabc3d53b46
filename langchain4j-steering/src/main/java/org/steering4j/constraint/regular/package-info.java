/**
 * Regular languages: sets of texts that a finite automaton recognises, such as those that match a pattern, or the numbers of a range.
 *
 * <p>{@link org.steering4j.constraint.regular.Language} is such a set. {@link org.steering4j.constraint.regular.RegularExpression} makes
 * one of a pattern, {@link org.steering4j.constraint.regular.Formats} of a name such as {@code date-time}, and
 * {@link org.steering4j.constraint.regular.Decimals} of bounds.
 *
 * <p>It knows characters (Unicode code points), but no bytes, no JSON, no schemas and no tokens. No public interface: it may change at any
 * time.
 */
package org.steering4j.constraint.regular;
