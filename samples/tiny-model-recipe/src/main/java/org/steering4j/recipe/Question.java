package org.steering4j.recipe;

import java.util.Map;

/**
 * One behaviour question: a topic put into a question template.
 *
 * @param agreement the pole that a "yes" to this question shows, or null when yes and no do not answer it
 * @param slots the values that answers to this question may use
 * @param heldOut whether this combination of topic and template stays out of every training conversation
 */
record Question(String text, Pole agreement, Map<String, String> slots, boolean heldOut) {}
