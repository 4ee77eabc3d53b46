/**
 * The command line: {@code java -jar steering.jar COMMAND}. Results go to standard output, progress and logs to standard error; the exit
 * code is 0, 1 for a failure with a one-line reason, 2 for wrong usage, 3 for a claim that does not hold, or 4 where another process works in
 * the run folder. All that is printed goes through {@code PrintableStream}, which lets nothing through that a terminal would obey.
 *
 * <p>Every command takes {@code --settings FILE}, {@code --json} and {@code --verbose} from {@code Main}, and gives its result to
 * {@code Main.show}, which prints it as text or as JSON. A command that makes something has a {@code RunFolder}, or a
 * {@code ResumableRunFolder}, as a mixin: its run's settings, log, metrics and results lie there, and {@code --settings} of that folder's
 * settings.yaml does the same again. A {@code RunLock} keeps other processes out of the folder. After a run was resumed, metrics.jsonl holds the steps since the checkpoint twice; the later count.
 *
 * <p>A command reads its options, calls the libraries and prints; it computes nothing itself. Nothing else knows this package.
 */
package org.steering4j.trainer.command;
