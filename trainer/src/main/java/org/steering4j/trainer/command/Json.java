package org.steering4j.trainer.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.steering4j.trainer.PrintableText;
import org.steering4j.trainer.SourceName;

/** Records and maps as JSON: what is null is left out, a path is its text. */
final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                    .withArrayIndenter(new DefaultIndenter("  ", "\n")))
            .addModule(new SimpleModule().addSerializer(Path.class, new PathAsText()))
            .build();

    private static final String FOLDER = "folder";

    private Json() {}

    /** A document to read. */
    static String document(Object value) {
        try {
            // Jackson escapes less than a terminal obeys; it stands within texts, where the escapes are JSON's.
            return PrintableText.of(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON can be made of " + value, e);
        }
    }

    /** A document that lies in a folder and may be read elsewhere: of paths what leads there from the folder, or else the name alone. */
    static String documentIn(Path folder, Object value) {
        try {
            return PrintableText.of(MAPPER.writerWithDefaultPrettyPrinter()
                    .withAttribute(FOLDER, folder.toAbsolutePath().normalize())
                    .writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON can be made of " + value, e);
        }
    }

    /** One line, without its end. */
    static String line(Object value) {
        try {
            return PrintableText.line(MAPPER.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON can be made of " + value, e);
        }
    }

    /** The parts of a record, by name. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object record) {
        return MAPPER.convertValue(record, Map.class);
    }

    private static final class PathAsText extends JsonSerializer<Path> {
        @Override
        public void serialize(
                Path path, com.fasterxml.jackson.core.JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            generator.writeString(
                    provider.getAttribute(FOLDER) instanceof Path folder
                            ? from(folder, path.toAbsolutePath().normalize())
                            : path.toString());
        }

        private static String from(Path folder, Path path) {
            if (path.equals(folder)) {
                return ".";
            }
            return path.startsWith(folder) ? folder.relativize(path).toString() : SourceName.of(path);
        }
    }
}
