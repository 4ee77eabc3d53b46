/**
 * An AI service with chat memory in Jakarta CDI, where each conversation picks the persona that it talks to. The personas
 * and the model lie in {@code META-INF/microprofile-config.properties}.
 */
package org.steering4j.samples.personas;
