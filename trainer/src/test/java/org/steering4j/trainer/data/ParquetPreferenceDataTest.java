package org.steering4j.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetPreferenceDataTest {

    private static final MessageType TEXTS = MessageTypeParser.parseMessageType("""
            message row {
              optional binary prompt (STRING);
              optional binary chosen (STRING);
              optional binary rejected (STRING);
              optional double score;
            }
            """);
    private static final String MESSAGES = """
              optional group %s (LIST) {
                repeated group list {
                  optional group element {
                    optional binary content (STRING);
                    optional binary role (STRING);
                  }
                }
              }
            """;

    @TempDir
    Path folder;

    private Path write(MessageType schema, CompressionCodecName codec, List<Consumer<Group>> rows) throws IOException {
        Path file = Files.createTempFile(folder, "", "-pairs.parquet");
        Files.delete(file);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .withCompressionCodec(codec)
                .build()) {
            for (Consumer<Group> row : rows) {
                Group group = new SimpleGroup(schema);
                row.accept(group);
                writer.write(group);
            }
        }
        return file;
    }

    private static Consumer<Group> texts(String prompt, String chosen, String rejected) {
        return row -> {
            row.append("prompt", prompt).append("chosen", chosen).append("score", 0.5);
            if (rejected != null) {
                row.append("rejected", rejected);
            }
        };
    }

    private static void addMessages(Group row, String column, String... rolesAndContents) {
        Group list = row.addGroup(column);
        for (int i = 0; i < rolesAndContents.length; i += 2) {
            list.addGroup("list")
                    .addGroup("element")
                    .append("role", rolesAndContents[i])
                    .append("content", rolesAndContents[i + 1]);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionCodecName.class,
            names = {"UNCOMPRESSED", "SNAPPY", "ZSTD", "LZ4_RAW"})
    void should_read_texts(CompressionCodecName codec) throws IOException {
        Path file = write(TEXTS, codec, List.of(texts("q", "caf\u00e9", "b"), texts("r", "c", "d")));

        PreferenceData data = PreferenceData.read(file);

        assertThat(data.pairs())
                .containsExactly(new PreferencePair("q", "caf\u00e9", "b"), new PreferencePair("r", "c", "d"));
        assertThat(data.rows()).isEqualTo(new RowNumbers("row", List.of(1, 2)));
    }

    @Test
    void should_read_lists_of_messages() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message row {" + MESSAGES.formatted("chosen") + MESSAGES.formatted("rejected") + "}");
        Path file = write(schema, CompressionCodecName.SNAPPY, List.of(row -> {
            addMessages(row, "chosen", "system", "Be kind.", "user", "q", "assistant", "a");
            addMessages(row, "rejected", "system", "Be kind.", "user", "q", "assistant", "b");
        }));

        assertThat(PreferenceData.read(file).pairs())
                .containsExactly(
                        new PreferencePair(List.of(SystemMessage.from("Be kind."), UserMessage.from("q")), "a", "b"));
    }

    @Test
    void should_read_what_python_writes() throws Exception {
        assertThat(PreferenceData.read(resource("pyarrow-messages-zstd.parquet"))
                        .pairs())
                .containsExactly(new PreferencePair("q", "a", "b"));
    }

    @Test
    void should_name_a_compression_that_cannot_be_read() {
        assertThatThrownBy(() -> PreferenceData.read(resource("pyarrow-gzip.parquet")))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("compressed with GZIP, expected one of [UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW]");
    }

    private static Path resource(String name) throws Exception {
        return Path.of(ParquetPreferenceDataTest.class.getResource(name).toURI());
    }

    @Test
    void should_read_multiple_choice() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("""
                message row {
                  optional binary question (STRING);
                  optional group mc1_targets {
                    optional group choices (LIST) { repeated group list { optional binary element (STRING); } }
                    optional group labels (LIST) { repeated group list { optional int32 element; } }
                  }
                }
                """);
        Path file = write(schema, CompressionCodecName.ZSTD, List.of(row -> {
            row.append("question", "Why?");
            Group targets = row.addGroup("mc1_targets");
            Group choices = targets.addGroup("choices");
            choices.addGroup("list").append("element", "So.");
            choices.addGroup("list").append("element", "Not so.");
            Group labels = targets.addGroup("labels");
            labels.addGroup("list").append("element", 1);
            labels.addGroup("list").append("element", 0);
        }));

        assertThat(MultipleChoiceData.read(file).toPreferenceData().pairs())
                .containsExactly(new PreferencePair("Why?", "So.", "Not so."));
    }

    @Test
    void should_name_the_rows_that_cannot_be_used() throws IOException {
        Path file = write(
                TEXTS,
                CompressionCodecName.SNAPPY,
                List.of(texts("q", "a", "b"), texts("q", "a", null), texts("q", "a", "a"), texts("q", " ", "b")));

        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContainingAll(
                        "row 2: rejected is null", "row 3: both answers are the same", "row 4: chosen is blank");
    }

    @Test
    void should_name_the_row_whose_text_is_not_utf_8() throws IOException {
        Consumer<Group> latin = row -> row.append("prompt", "q")
                .append("chosen", Binary.fromConstantByteArray(new byte[] {'c', (byte) 0xE9}))
                .append("rejected", "b");
        Path file = write(TEXTS, CompressionCodecName.SNAPPY, List.of(texts("q", "a", "b"), latin));

        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("row 2: a text is not UTF-8");
    }

    @Test
    void should_name_the_columns_even_of_a_file_without_rows() throws IOException {
        Path file = write(
                MessageTypeParser.parseMessageType("message row { optional binary text (STRING); }"),
                CompressionCodecName.SNAPPY,
                List.of());

        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContainingAll("has the columns [text]", "prompt, chosen, rejected");
        assertThatThrownBy(() -> PreferenceData.read(write(TEXTS, CompressionCodecName.SNAPPY, List.of())))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("holds no pairs");
    }

    @Test
    void should_refuse_damaged_files_wherever_they_are_cut_or_changed() throws IOException {
        Path file = write(TEXTS, CompressionCodecName.SNAPPY, List.of(texts("q", "a", "b")));
        byte[] bytes = Files.readAllBytes(file);

        for (int length = 4; length < bytes.length; length += 7) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> PreferenceData.read(file))
                    .isInstanceOf(PreferenceDataException.class)
                    .hasMessageContaining("pairs.parquet cannot be read as Parquet");
        }
        byte[] changed = bytes.clone();
        Arrays.fill(changed, 4, 40, (byte) 0x7F);
        Files.write(file, changed);
        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("cannot be read as Parquet");
    }

    @Test
    void should_refuse_what_is_called_parquet_and_is_none() throws IOException {
        Path file =
                Files.writeString(folder.resolve("pointer.parquet"), "version https://git-lfs.github.com/spec/v1\n");

        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("pointer.parquet is not Parquet: it does not begin with PAR1");
    }

    @Test
    void should_refuse_a_small_file_that_unpacks_into_more_than_the_heap_holds() throws IOException {
        String text = "x".repeat(1 << 20);
        long rows = Runtime.getRuntime().maxMemory() / (1 << 22);
        Path file = write(
                TEXTS,
                CompressionCodecName.ZSTD,
                Collections.nCopies(Math.toIntExact(rows), row -> row.add("chosen", text)));

        assertThat(file).satisfies(small -> assertThat(Files.size(small)).isLessThan(100 << 10));
        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContainingAll("holds too much for Java's heap", "-Xmx");
    }
}
