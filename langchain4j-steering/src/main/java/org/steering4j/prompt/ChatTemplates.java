package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.exception.InvalidRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.prompt.jinja.JinjaTemplate;
import org.steering4j.prompt.jinja.Text;

/** The chat templates of a model folder, and the tokens that they may write by name. It knows nothing of token ids. Immutable and thread-safe. */
final class ChatTemplates {

    private static final int MAXIMUM_BYTES = JinjaTemplate.MAXIMUM_LENGTH;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> NAMED_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private static final String DEFAULT_TEMPLATE = "default";
    private static final String TEMPLATE_WITH_TOOLS = "tool_use";

    private final Path folder;
    private final Map<String, ChatTemplate> templates;
    private final Map<String, Object> namedTokens;

    private ChatTemplates(Path folder, Map<String, ChatTemplate> templates, Map<String, Object> namedTokens) {
        this.folder = folder;
        this.templates = templates;
        this.namedTokens = namedTokens;
    }

    /**
     * @param configuration {@code tokenizer_config.json}
     * @throws ModelFolderException if a file is damaged, or no chat template
     */
    static ChatTemplates read(Path folder, JsonNode configuration) {
        return new ChatTemplates(folder, readAll(folder, configuration), namedTokens(folder, configuration));
    }

    /** The files come before the configuration, as in transformers. */
    private static Map<String, ChatTemplate> readAll(Path folder, JsonNode configuration) {
        Map<String, ChatTemplate> templates = new HashMap<>();
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            templates.put(DEFAULT_TEMPLATE, templateFile(file));
            Path withTools = folder.resolve("additional_chat_templates").resolve(TEMPLATE_WITH_TOOLS + ".jinja");
            if (Files.exists(withTools)) {
                templates.put(TEMPLATE_WITH_TOOLS, templateFile(withTools));
            }
            return templates;
        }
        Path json = folder.resolve("chat_template.json");
        JsonNode inJson = readIfPresent(json).path("chat_template");
        JsonNode given = inJson.isMissingNode() ? configuration.path("chat_template") : inJson;
        String origin =
                "the chat template in " + (inJson.isMissingNode() ? folder.resolve("tokenizer_config.json") : json);
        if (given.isTextual()) {
            templates.put(DEFAULT_TEMPLATE, new ChatTemplate(given.asText(), origin));
        }
        for (JsonNode named : given) {
            String name = named.path("name").asText();
            if (name.equals(DEFAULT_TEMPLATE) || name.equals(TEMPLATE_WITH_TOOLS)) {
                templates.put(
                        name, new ChatTemplate(named.path("template").asText(), origin + " named \"" + name + "\""));
            }
        }
        return templates;
    }

    private static ChatTemplate templateFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFolderException(
                    file + " is not a chat template: it is no regular file, nor a link to one; download it again");
        }
        byte[] bytes;
        try (InputStream input = Files.newInputStream(file)) {
            bytes = input.readNBytes(MAXIMUM_BYTES + 1);
        } catch (IOException e) {
            throw new ModelFolderException(file + " cannot be read: " + e, e);
        }
        if (bytes.length > MAXIMUM_BYTES) {
            throw new ModelFolderException("%s is not a chat template: it has more than %,d bytes; download it again"
                    .formatted(file, MAXIMUM_BYTES));
        }
        try {
            return new ChatTemplate(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString(),
                    file.toString());
        } catch (CharacterCodingException e) {
            throw new ModelFolderException(file + " cannot be read as UTF-8 text: " + e, e);
        }
    }

    /** {@code bos_token} and its like, which templates may write. */
    private static Map<String, Object> namedTokens(Path folder, JsonNode configuration) {
        JsonNode map = readIfPresent(folder.resolve("special_tokens_map.json"));
        Map<String, Object> tokens = new HashMap<>();
        for (String name : NAMED_TOKENS) {
            JsonNode token = configuration.hasNonNull(name) ? configuration.get(name) : map.path(name);
            String content = token.isObject() ? token.path("content").asText() : token.asText("");
            if (!content.isEmpty()) {
                tokens.put(name, content);
            }
        }
        return tokens;
    }

    private static JsonNode readIfPresent(Path file) {
        return Files.exists(file) ? JsonFiles.readObject(file) : MAPPER.createObjectNode();
    }

    boolean isEmpty() {
        return templates.isEmpty();
    }

    Collection<ChatTemplate> all() {
        return templates.values();
    }

    /** The sources of all, to look up what they spell out. */
    String sources() {
        return templates.values().stream().map(ChatTemplate::source).collect(Collectors.joining());
    }

    /** The text of a token such as {@code eos_token}; null if the folder names none. */
    String namedToken(String name) {
        return (String) namedTokens.get(name);
    }

    /** Whether a template writes tools at all; one that does not would drop them silently. */
    boolean writeTools() {
        return templates.containsKey(TEMPLATE_WITH_TOOLS)
                || templates.values().stream()
                        .anyMatch(template -> template.source().contains("tools"));
    }

    /**
     * What the template for conversations with tools, or without, writes.
     *
     * @param more variables, beside the tokens by name
     * @throws InvalidRequestException if it refuses the conversation
     * @throws ModelFolderException if there is no template, or it cannot be read, or fails
     */
    Text render(boolean withTools, Map<String, ?> more) {
        Map<String, Object> variables = new HashMap<>(namedTokens);
        variables.put("documents", null);
        variables.putAll(more);
        return template(withTools).render(variables);
    }

    private ChatTemplate template(boolean withTools) {
        ChatTemplate template = templates.get(DEFAULT_TEMPLATE);
        if (template == null || (withTools && templates.containsKey(TEMPLATE_WITH_TOOLS))) {
            template = templates.get(TEMPLATE_WITH_TOOLS);
        }
        if (template == null) {
            throw new ModelFolderException(folder
                    + " has no chat template (neither chat_template.jinja nor chat_template.json nor chat_template in tokenizer_config.json): use the"
                    + " model's instruct or chat variant, or add the template");
        }
        return template;
    }
}
