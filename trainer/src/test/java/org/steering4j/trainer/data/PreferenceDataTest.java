package org.steering4j.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreferenceDataTest {

    private static final String HEADER = "question,matching,not_matching\n";

    @TempDir
    Path folder;

    private PreferenceData read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private PreferenceData read(byte[] bytes) throws IOException {
        return PreferenceData.read(Files.write(folder.resolve("pairs.csv"), bytes));
    }

    private void expectRefusal(String text, String... parts) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("pairs.csv")
                .hasMessageContainingAll(parts);
    }

    @Test
    void should_read_quoted_commas_quotes_and_line_breaks() throws IOException {
        PreferenceData data = read(HEADER + "\"Well, so?\",\"He said \"\"yes\"\".\nTwice.\",No\n\nq,a,b");

        assertThat(data.pairs())
                .containsExactly(
                        new PreferencePair("Well, so?", "He said \"yes\".\nTwice.", "No"),
                        new PreferencePair("q", "a", "b"));
        assertThat(data.source()).endsWith("pairs.csv");
    }

    @Test
    void should_read_an_empty_question_as_the_authors_files_hold_some() throws IOException {
        assertThat(read(HEADER + ",a,b\n").pairs()).containsExactly(new PreferencePair("", "a", "b"));
    }

    @Test
    void should_find_columns_by_name_and_ignore_others_and_a_byte_order_mark() throws IOException {
        PreferenceData data = read("\uFEFFid,not_matching,question,matching\r\n1,b,q,a\r\n");

        assertThat(data.pairs()).containsExactly(new PreferencePair("q", "a", "b"));
    }

    @Test
    void should_read_tables_parted_by_semicolons_or_tabs_as_spreadsheets_write_them() throws IOException {
        PreferencePair first = new PreferencePair("Well, so; then?", "a", "b");
        PreferencePair second = new PreferencePair("q", "yes, so", "no");

        assertThat(read("question;matching;not_matching\n\"Well, so; then?\";a;b\nq;yes, so;no\n")
                        .pairs())
                .containsExactly(first, second);
        assertThat(read("\uFEFFquestion\tmatching\tnot_matching\r\n\"Well, so; then?\"\ta\tb\r\nq\tyes, so\tno\r\n")
                        .pairs())
                .containsExactly(first, second);
        assertThat(read("\n\nquestion,matching,not_matching,\"a;b;c;d\"\nq,\"yes, so\",no,;;;;\n")
                        .pairs())
                .as("semicolons within a quoted column's name")
                .containsExactly(second);
        expectRefusal("question;matching;not_matching\nq;a;b;c\n", "line 2: found 4 fields, expected 3");
    }

    @Test
    void should_read_what_is_compressed_with_gzip() throws IOException {
        Path csv = gzip("pairs.csv.gz", HEADER + "q,a,b\n");
        Path lines = gzip("pairs.jsonl.gz", " {\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}\n");
        Path array = gzip("renamed", "[{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}]");

        for (Path file : List.of(csv, lines, array)) {
            assertThat(PreferenceData.read(file).pairs()).containsExactly(new PreferencePair("q", "a", "b"));
        }
    }

    @Test
    void should_refuse_damaged_and_otherwise_compressed_files() throws IOException {
        byte[] whole = Files.readAllBytes(gzip("pairs.csv.gz", HEADER + "q,a,b\n"));
        byte[] damaged = whole.clone();
        damaged[damaged.length - 6] ^= 1;
        byte[] zstd = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 1, 2, 3};

        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 10)))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("pairs.csv is damaged: it cannot be unpacked with gzip");
        assertThatThrownBy(() -> read(damaged))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("pairs.csv is damaged: it cannot be unpacked with gzip");
        assertThatThrownBy(() -> read(zstd))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("pairs.csv is compressed with zstd, which is not read: unpack it");
    }

    @Test
    void should_refuse_a_small_file_that_unpacks_into_more_than_the_heap_holds() throws IOException {
        Path file = folder.resolve("pairs.csv.gz");
        byte[] blankLines = "\n".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        long most = Runtime.getRuntime().maxMemory();
        try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (long written = 0; written < most / 8; written += blankLines.length) {
                stream.write(blankLines);
            }
        }

        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContainingAll("pairs.csv.gz holds too much for Java's heap", "-Xmx");
    }

    private Path gzip(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(file))) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    @Test
    void should_read_the_letter_of_the_answer_that_matches() throws IOException {
        PreferenceData data = read("question,A,B,matching\nq,yes,no,A\nr,\"yes\nyes\",no,B\n");

        assertThat(data.pairs())
                .containsExactly(new PreferencePair("q", "yes", "no"), new PreferencePair("r", "no", "yes\nyes"));
        expectRefusal("question,A,B,matching\nq,yes,no,C\n", "line 2: matching is \"C\", expected A or B");
    }

    @Test
    void should_tell_the_line_of_every_pair() throws IOException {
        PreferenceData data = read(HEADER + "\"q\n1\",a,b\n\nq,a,b\n");

        assertThat(data.rows()).isEqualTo(new RowNumbers("line", List.of(2, 5)));
        assertThat(data.rows().describe(1)).isEqualTo("line 5");
    }

    @Test
    void should_stop_when_both_answers_are_the_same_in_most_rows() {
        expectRefusal(
                HEADER + "q,a,a\nq,b, b\nq,c,d\n",
                "in 2 of 3 rows both answers are the same (lines 2, 3)",
                "Columns may be mixed up");
        expectRefusal(HEADER + "q,a,a\nq,c,d\n", "line 2: both answers are the same");
    }

    @Test
    void should_refuse_a_column_that_is_named_twice() {
        expectRefusal("question,matching,matching,not_matching\nq,a,b,c\n", "names the column \"matching\" twice");
    }

    @Test
    void should_refuse_an_empty_file() {
        expectRefusal("", "is empty", "question, matching, not_matching");
        expectRefusal(" \n\n", "is empty");
    }

    @Test
    void should_refuse_a_file_without_pairs() {
        expectRefusal(HEADER, "holds no pairs");
    }

    @Test
    void should_name_the_columns_found_and_those_of_the_known_formats() {
        expectRefusal(
                "question,A,B\nq,a,b\n",
                "has the columns [question, A, B]",
                "question, matching, not_matching",
                "question, A, B, matching",
                "question, answer_matching_behavior, answer_not_matching_behavior",
                "prompt, chosen, rejected",
                "question, mc1_targets, mc2_targets");
    }

    @Test
    void should_name_the_lines_of_rows_that_cannot_be_used() {
        expectRefusal(
                HEADER + "\"q\n1\",a,b\nq, ,b\n\nq,same, same\nq,a\nq,a,b,c\nq,,b\nq,a,\n",
                "line 4: matching is blank",
                "line 6: both answers are the same",
                "line 7: found 2 fields, expected 3",
                "line 8: found 4 fields",
                "line 9: matching is blank",
                "and 1 more");
    }

    @Test
    void should_name_the_line_of_malformed_quoting() {
        expectRefusal(HEADER + "q,a,b\nq,\"a\" x,b\n", "quoted wrongly", "line");
        expectRefusal(HEADER + "q,\"a,b\n", "quoted wrongly");
    }

    @Test
    void should_name_the_line_that_is_not_utf_8() {
        assertThatThrownBy(() -> read((HEADER + "q,caf\u00e9,b\n").getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("line 2: byte 0xE9 is not UTF-8");
        assertThatThrownBy(() -> read(new byte[] {'q', (byte) 0xC3}))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("line 1: byte 0xC3 is not UTF-8");
    }

    @Test
    void should_refuse_a_missing_file_and_a_folder() {
        assertThatThrownBy(() -> PreferenceData.read(folder.resolve("none.csv")))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("none.csv does not exist");
        assertThatThrownBy(() -> PreferenceData.read(folder))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("cannot be read");
    }
}
