/**
 * Conversations to token ids and back: the tokenizer, the model's chat template, stop sequences and tool calls.
 *
 * <p>{@link org.steering4j.prompt.PromptRenderer} writes messages and tools the way the model was trained to read them;
 * {@link org.steering4j.prompt.AnswerReader} turns the tokens that come back into thinking, text and tool calls, as they come. Neither knows of the
 * engine, of sampling or of steering. How a model writes tool calls, its {@link org.steering4j.prompt.ToolCallFormat}, and where its turns end
 * is seen once, when the renderer is opened, by rendering some conversations ({@code TemplateHabits}): the template decides, not what tokens
 * the tokenizer happens to have.
 *
 * <p>Chat templates are evaluated by {@link org.steering4j.prompt.jinja}, to the letter as Jinja2 does or not at all.
 *
 * <p>Text stays text, both ways. Whatever a message, a tool or a tool's result says, it is encoded as ordinary characters: only the template's
 * own text can become a control token. And where the marks of a tool call are control tokens, no letters of an answer make a call; nor does
 * what JSON that was asked for quotes.
 */
package org.steering4j.prompt;
