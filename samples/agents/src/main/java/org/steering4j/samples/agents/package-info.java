/**
 * Two LangChain4j agents on one model, with the same tools and a persona each, take counsel on the village's salt. They look
 * the facts up; what they would do with the salt, their personas decide.
 */
package org.steering4j.samples.agents;
