/**
 * How files are read and written safely, shared by the packages above: no public interface, may change at any time.
 *
 * <p>Reading believes nothing: every count, length and offset of a file is checked against the file's size before memory is reserved for
 * it, and whatever is wrong becomes an {@link org.steering4j.vector.InvalidFileException}. Writing is atomic: a file is complete or it is
 * as it was before, and failure is a {@link org.steering4j.vector.FileNotWrittenException}. Of the packages above, this one knows these
 * exceptions and nothing else; it does not know what the numbers in a file mean.
 */
package org.steering4j.internal;
