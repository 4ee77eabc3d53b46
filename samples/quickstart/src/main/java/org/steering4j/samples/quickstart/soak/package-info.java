/**
 * Mixed concurrent load on the embedded model for a long time, and whether anything goes wrong.
 *
 * <p>{@link org.steering4j.samples.quickstart.soak.Exercises} draws conversations from a seed and has each request answered alone, so that its
 * answer is known. {@link org.steering4j.samples.quickstart.soak.Load} then makes the same requests from many threads in all the
 * {@link org.steering4j.samples.quickstart.soak.Way}s there are, bad requests among them, while
 * {@link org.steering4j.samples.quickstart.soak.SecondModel} opens, overloads and closes another model.
 * {@link org.steering4j.samples.quickstart.soak.Findings} collects what is wrong, and
 * {@link org.steering4j.samples.quickstart.soak.Footprint} what the process holds before and after.
 */
package org.steering4j.samples.quickstart.soak;
