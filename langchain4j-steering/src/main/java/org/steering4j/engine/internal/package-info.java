/**
 * The decoder program and how it gets into libtorch. No promise is made to users: the recipe of the embedded model uses it
 * to train with the very program that later runs the model.
 */
package org.steering4j.engine.internal;
