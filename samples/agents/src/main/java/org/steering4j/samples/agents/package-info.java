/**
 * Two LangChain4j agents that share one model and its tools, each with a persona of its own, counsel what becomes of the
 * village's salt. Which of the facts they are told, they look up; what they make of them, their personas decide.
 */
package org.steering4j.samples.agents;
