/**
 * The command line: {@code java -jar steering.jar COMMAND}. Results go to standard output, progress and logs to standard error; the exit
 * code is 0, 1 for a failure with a one-line reason, or 2 for wrong usage.
 *
 * <p>A command reads its options, calls the libraries and prints; it computes nothing itself. Nothing else knows this package.
 */
package org.steering4j.trainer.command;
