package org.steering4j.samples.personas;

import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.UserMessage;

/** The AI service. It remembers each conversation by itself; the result also tells which persona answered. */
public interface Assistant {

    Result<String> chat(@MemoryId String conversation, @UserMessage String message);
}
