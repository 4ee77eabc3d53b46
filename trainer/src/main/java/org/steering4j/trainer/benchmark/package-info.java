/**
 * How fast a model runs here, each figure beside what the machine could do at most: {@link org.steering4j.trainer.benchmark.Benchmark}. For
 * speed alone weights may be random, in the shape of a well-known model: {@link org.steering4j.trainer.benchmark.NamedShape}. Knows the engine;
 * knows nothing of text, vectors' meaning or the command line.
 */
package org.steering4j.trainer.benchmark;
