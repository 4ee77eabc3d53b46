/**
 * Trains steering vectors from pairs of answers, by bi-directional preference optimisation and
 * by the methods that it is compared with.
 *
 * <p>The way of a training, one direction, no way back:
 *
 * <pre>
 *   file -> PreferenceData -> token ids -> BiPO (loop, AdamW, schedule) -> TrainingResult -> SteeringVector
 *                                           |
 *                                           +-> TrainingListener, checkpoint file
 * </pre>
 *
 * <p>Several trainings may go side by side ({@link org.steering4j.trainer.BiPO#trainAll}): each says which pairs it needs next
 * ({@code Demand}) and takes what came of it, and the pairs of all of them share the passes over the model ({@code JointPasses}).
 *
 * <p>{@link org.steering4j.trainer.BiPO} asks a model for two things only: the log-probability of an answer under a vector, and
 * its gradient by that vector. Everything else (shuffling, directions, the optimiser, the schedule, validation, checkpoints) is
 * plain Java here, depends on nothing but the settings and the seed, and knows no clock: the same seed gives the same vector bit for bit,
 * whether or not the training was interrupted, on the same processor with as many threads and the same libtorch, which decide how sums are
 * rounded ({@link org.steering4j.engine.LanguageModel#computeEnvironment}).
 *
 * <p>The methods that BiPO is compared with stand beside it behind {@link org.steering4j.trainer.SteeringMethod}. Some read hidden states
 * ({@code AnswerStates}): {@link org.steering4j.trainer.MeanDifference}, {@link org.steering4j.trainer.MeanCentring} and
 * {@link org.steering4j.trainer.PrincipalComponent}. Some go down a gradient ({@code VectorOptimizer}):
 * {@link org.steering4j.trainer.OneShot} and {@link org.steering4j.trainer.ReferenceFree}. {@link org.steering4j.trainer.Ensemble} takes
 * the mean of others. What they share is in {@link org.steering4j.trainer.MethodSettings} and
 * {@link org.steering4j.trainer.OptimizerSettings}.
 *
 * <p>This package knows nothing of the command line ({@code command}) and nothing of reports ({@code report}); both know it.
 */
package org.steering4j.trainer;
