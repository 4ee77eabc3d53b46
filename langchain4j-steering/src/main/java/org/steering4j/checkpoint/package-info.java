/**
 * A model folder on disk: what config.json says and where each weight lies in the safetensors files. Everything that
 * could be wrong with a folder is found here, in Java, before libtorch maps a byte of it. The engine runs what this
 * package describes; this package knows no engine.
 */
package org.steering4j.checkpoint;
