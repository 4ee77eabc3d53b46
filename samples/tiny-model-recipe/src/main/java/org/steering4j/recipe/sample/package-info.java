/**
 * What the samples share: the model that they run, and vectors for it. Meets the {@link org.steering4j.recipe.Behavior
 * behaviours} and {@link org.steering4j.recipe.measurement.VectorTraining}.
 */
package org.steering4j.recipe.sample;
