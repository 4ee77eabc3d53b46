/**
 * A Spring Boot application with steered chat models as beans, an answer token by token as server-sent events, and an executable jar.
 */
package org.steering4j.samples.springboot;
