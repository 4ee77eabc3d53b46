/**
 * The whole path in one run: train two steering vectors on the embedded model, save them, chat with the steered model
 * through LangChain4j, measure what the vectors do, and write it all into a report.
 */
package org.steering4j.samples.quickstart;
