/**
 * Trains the tiny model from scratch: initial weights, batches of the corpus, AdamW inside the engine's own decoder
 * program (so that what is trained is what later runs), checkpoints, and the finished model folder. Knows the corpus
 * only as conversations and nothing of behaviours.
 */
package org.steering4j.recipe.pretraining;
