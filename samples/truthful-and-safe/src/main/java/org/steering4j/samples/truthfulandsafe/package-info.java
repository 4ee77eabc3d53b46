/** A vector for truthfulness and one for refusal, composed, compared with each alone and with none. */
package org.steering4j.samples.truthfulandsafe;
