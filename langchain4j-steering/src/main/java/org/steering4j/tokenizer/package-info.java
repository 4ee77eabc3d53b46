/**
 * Text to token ids and back, as a {@code tokenizer.json} of Hugging Face says, in Java alone.
 *
 * <p>A {@link org.steering4j.tokenizer.TokenizerFile} is read and checked; a {@link org.steering4j.tokenizer.Tokenizer} made of it runs on any text, in time
 * linear in its length. It gives the ids that Hugging Face's own library gives, which our tests hold it to, without that library's native code: a
 * text or a file that is too much for it ends with an exception, not with the process.
 *
 * <p>The models, byte pair encoding and unigram, know their tables and no files. Regular expressions become finite automata; sets of characters are
 * those of Unicode 16 whatever the Java runtime has. This package knows nothing of conversations, of control tokens' meaning, or of the engine.
 */
package org.steering4j.tokenizer;
