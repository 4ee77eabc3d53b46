/**
 * Measures the tiny model and its steering vectors: how often each pole of a behaviour shows, whether answers can be
 * recognised at all, how likely the unsteered model finds steered answers, and how many utility problems are solved.
 * Judges with the recipe's own classifiers; knows nothing of how vectors are trained.
 */
package org.steering4j.recipe.measurement;
