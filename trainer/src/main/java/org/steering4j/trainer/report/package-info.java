/**
 * Writes what was measured as one self-contained HTML file: facts, plots and tables, with the script that draws the plots inside, so
 * that it opens anywhere and for ever.
 *
 * <p>A {@link org.steering4j.trainer.report.Report} is data and knows nothing of models; only
 * {@link org.steering4j.trainer.report.TrainingSection} knows what a training is and turns one into data.
 */
package org.steering4j.trainer.report;
