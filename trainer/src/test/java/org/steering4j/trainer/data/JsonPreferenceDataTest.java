package org.steering4j.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonPreferenceDataTest {

    private static final PreferencePair PAIR = new PreferencePair("q", "a", "b");

    @TempDir
    Path folder;

    private PreferenceData read(String name, String text) throws IOException {
        return PreferenceData.read(Files.writeString(folder.resolve(name), text));
    }

    private List<PreferencePair> pairs(String json) throws IOException {
        return read("pairs.jsonl", json).pairs();
    }

    private void expectRefusal(String text, String... parts) {
        assertThatThrownBy(() -> read("pairs.json", text))
                .isInstanceOf(PreferenceDataException.class)
                .hasMessageContaining("pairs.json")
                .hasMessageContainingAll(parts);
    }

    private static String conversations(String more, String prompt) {
        return """
                {"chosen": [%s{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],\
                 "rejected": [%s{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]%s}
                """.formatted(more, more, prompt);
    }

    @Test
    void should_read_json_lines_with_texts() throws IOException {
        PreferenceData data = read(
                "pairs.jsonl",
                "\uFEFF{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\", \"score\": 1.5}\r\n\r\n"
                        + "{\"rejected\": \"d\", \"chosen\": \"c\", \"prompt\": \"r\"}");

        assertThat(data.pairs()).containsExactly(PAIR, new PreferencePair("r", "c", "d"));
        assertThat(data.rows()).isEqualTo(new RowNumbers("line", List.of(1, 3)));
    }

    @Test
    void should_read_an_array_and_number_its_items_by_line_where_that_tells_them_apart() throws IOException {
        String item = "{\"question\": \"q\", \"matching\": \"a\", \"not_matching\": \"b\"}";

        PreferenceData lines = read("pairs.json", "[\n" + item + ",\n\n" + item + "\n]\n");
        PreferenceData oneLine = read("pairs.json", "[" + item + "," + item + "]");

        assertThat(lines.pairs()).containsExactly(PAIR, PAIR).isEqualTo(oneLine.pairs());
        assertThat(lines.rows()).isEqualTo(new RowNumbers("line", List.of(2, 4)));
        assertThat(oneLine.rows()).isEqualTo(new RowNumbers("item", List.of(1, 2)));
    }

    @Test
    void should_tell_json_by_its_first_character_whatever_the_file_is_called() throws IOException {
        assertThat(read("data", " [{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}]")
                        .pairs())
                .containsExactly(PAIR);
        assertThat(read("data.txt", "{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}")
                        .pairs())
                .containsExactly(PAIR);
    }

    @Test
    void should_read_an_explicit_prompt_of_messages_and_keep_its_system_message() throws IOException {
        List<ChatMessage> prompt = List.of(
                SystemMessage.from("Be kind."), UserMessage.from("o"), AiMessage.from("p"), UserMessage.from("q"));

        assertThat(pairs("""
                        {"prompt": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "o"},\
                         {"role": "assistant", "content": "p"}, {"role": "user", "content": "q"}],\
                         "chosen": [{"role": "assistant", "content": "a"}],\
                         "rejected": [{"role": "assistant", "content": "b"}]}
                        """)).containsExactly(new PreferencePair(prompt, "a", "b"));
    }

    @Test
    void should_take_the_common_beginning_of_conversations_as_the_prompt() throws IOException {
        String system = "{\"role\": \"system\", \"content\": \"Be kind.\"}, ";

        assertThat(pairs(conversations("", ""))).containsExactly(PAIR);
        assertThat(pairs(conversations(system, "")))
                .containsExactly(
                        new PreferencePair(List.of(SystemMessage.from("Be kind."), UserMessage.from("q")), "a", "b"));
    }

    @Test
    void should_not_repeat_a_prompt_that_the_conversations_begin_with() throws IOException {
        assertThat(pairs(conversations("", ", \"prompt\": \"q\"")))
                .as("a text, as in ultrafeedback_binarized")
                .containsExactly(PAIR);
        assertThat(pairs(conversations("", ", \"prompt\": [{\"role\": \"user\", \"content\": \"q\"}]")))
                .containsExactly(PAIR);
        expectRefusal(conversations("", ", \"prompt\": \"other\""), "line 1: prompt is none of the messages");
    }

    @Test
    void should_refuse_texts_without_a_prompt() {
        expectRefusal("{\"chosen\": \"a\", \"rejected\": \"b\"}", "line 1: prompt is missing");
    }

    @Test
    void should_refuse_conversations_that_part_before_the_answer() {
        expectRefusal("""
                {"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],\
                 "rejected": [{"role": "user", "content": "r"}, {"role": "assistant", "content": "b"}]}
                """, "line 1: chosen holds [USER, AI] after the prompt, expected one message of the assistant");
    }

    @Test
    void should_refuse_messages_that_are_none() {
        expectRefusal(
                """
                {"prompt": "q", "chosen": [{"role": "tool", "content": "a"}], "rejected": []}
                {"prompt": "q", "chosen": [{"role": "assistant", "content": null}], "rejected": []}
                {"prompt": "q", "chosen": [], "rejected": "b"}
                {"prompt": {"a": 1}, "chosen": "a", "rejected": "b"}
                {"prompt": "q", "chosen": [{"role": "assistant", "content": "a"}], "rejected": "b"}
                """,
                "line 1: a message in chosen has the role \"tool\", expected system, user or assistant",
                "line 2: a message in chosen has null as content, expected text",
                "line 3: chosen is an empty list",
                "line 4: a message in prompt has missing as role, expected text",
                "line 5: rejected is text, expected a message or a list of messages");
    }

    @Test
    void should_read_contrastive_answers_without_the_space_before_them() throws IOException {
        assertThat(pairs("""
                        {"question": "Do you?\\n\\nChoices:\\n (A) Yes\\n (B) No",\
                         "answer_matching_behavior": " (A)", "answer_not_matching_behavior": " (B)"}
                        {"question": "Do you?", "answer_matching_behavior": " Yes", "answer_not_matching_behavior": " No"}
                        """))
                .containsExactly(
                        new PreferencePair("Do you?\n\nChoices:\n (A) Yes\n (B) No", "(A)", "(B)"),
                        new PreferencePair("Do you?", "Yes", "No"));
    }

    @Test
    void should_name_the_lines_of_rows_that_cannot_be_used() {
        expectRefusal(
                """
                {"prompt": "q", "chosen": null, "rejected": "b"}
                {"prompt": "q", "rejected": "b"}
                {"prompt": "q", "chosen": 3, "rejected": "b"}
                {"prompt": "q", "chosen": "a", "rejected": " "}
                {"prompt": "q", "chosen": "a", "rejected": "b"} x
                {"prompt": "q", "chosen": "a", "chosen": "c", "rejected": "b"}
                ["q", "a", "b"]
                """,
                "line 1: chosen is null",
                "line 2: chosen is missing",
                "line 3: chosen is a number, expected text",
                "line 4: rejected is blank",
                "line 5: not an object in JSON (",
                "and 2 more");
        expectRefusal(
                "{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}\n"
                        + "{\"prompt\": \"q\", \"chosen\": \"a\", \"chosen\": \"c\", \"rejected\": \"b\"}\n[1]\n",
                "line 2: not an object in JSON (Duplicate field 'chosen', at column",
                "line 3: found a list, expected an object");
    }

    @Test
    void should_refuse_a_broken_array() {
        String item = "{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}";

        expectRefusal("[" + item + ",\n{\"prompt\": }]", "line 2 is not valid JSON, after 1 complete items");
        expectRefusal("[" + item + ",\n" + item, "line 2 is not valid JSON, after 2 complete items");
        expectRefusal("[" + item + "]\n\n[]", "line 3: something follows the end of the array");
        expectRefusal("[" + item + "]\nx", "line 2 is not valid JSON");
        expectRefusal("[" + item + ", 3, null]", "item 2: found a number", "item 3: found null");
    }

    @Test
    void should_name_the_columns_found_where_they_fit_no_format() {
        expectRefusal("{\"text\": \"q\"}\n{\"label\": 1}", "has the columns [text, label]", "prompt, chosen, rejected");
        expectRefusal("[]", "has the columns []");
    }

    @Test
    void should_read_objects_that_span_several_lines() throws IOException {
        String object = "{\n  \"prompt\": \"q\",\n  \"chosen\": \"a\",\n  \"rejected\": \"b\"\n}\n";

        assertThat(pairs(object)).containsExactly(PAIR);
        assertThat(read("pairs.json", object + object).rows()).isEqualTo(new RowNumbers("line", List.of(1, 6)));
        expectRefusal(object + "{\n\"prompt\": }", "line 7 is not valid JSON, after 1 complete items");
    }

    @Test
    void should_read_the_tables_that_pandas_writes() throws IOException {
        List<PreferencePair> expected = List.of(PAIR, new PreferencePair("r", "c", "d"));
        String columns = "{\"prompt\":%s,\"chosen\":%s,\"rejected\":%s}";

        PreferenceData byIndex = read(
                "pairs.json",
                columns.formatted(
                        "{\"0\":\"q\",\"7\":\"r\"}", "{\"0\":\"a\",\"7\":\"c\"}", "{\"7\":\"d\",\"0\":\"b\"}"));
        assertThat(byIndex.pairs()).isEqualTo(expected);
        assertThat(byIndex.rows()).isEqualTo(new RowNumbers("row", List.of(1, 2)));
        assertThat(pairs(columns.formatted("[\"q\",\"r\"]", "[\"a\",\"c\"]", "[\"b\",\"d\"]")))
                .as("orient list")
                .isEqualTo(expected);
        assertThat(pairs("{\"columns\":[\"prompt\",\"chosen\",\"rejected\"],\"index\":[0,1],"
                        + "\"data\":[[\"q\",\"a\",\"b\"],[\"r\",\"c\",\"d\"]]}"))
                .as("orient split")
                .isEqualTo(expected);
        assertThat(pairs(
                        "{\"schema\":{\"fields\":[]},\n\"data\":[{\"prompt\":\"q\",\"chosen\":\"a\",\"rejected\":\"b\"},"
                                + "{\"prompt\":\"r\",\"chosen\":\"c\",\"rejected\":\"d\"}]}"))
                .as("orient table, over several lines")
                .isEqualTo(expected);
        expectRefusal(columns.formatted("[\"q\"]", "[\"a\",\"c\"]", "[\"b\"]"), "has 2 values of chosen, but 1");
        expectRefusal(
                "{\"columns\":[\"prompt\",\"chosen\",\"rejected\"],\"data\":[[\"q\",\"a\",\"b\"],[\"r\"]]}",
                "row 2: found 1 values, expected 3 values");
    }

    @Test
    void should_take_a_row_of_messages_for_a_row_and_not_for_a_table() throws IOException {
        assertThat(pairs("""
                        {"prompt": [{"role": "user", "content": "q"}],\
                         "chosen": [{"role": "assistant", "content": "a"}],\
                         "rejected": [{"role": "assistant", "content": "b"}]}
                        """)).containsExactly(PAIR);
    }

    @Test
    void should_read_a_single_message_and_the_text_parts_of_a_message() throws IOException {
        assertThat(pairs("""
                        {"prompt": {"role": "user", "content": "q"}, "chosen": {"role": "assistant", "content": "a"},\
                         "rejected": {"role": "assistant", "content": [{"type": "text", "text": "b"}]}}
                        """)).containsExactly(PAIR);
        expectRefusal(
                """
                {"prompt": [{"role": "user", "content": [{"type": "image"}]}], "chosen": "a", "rejected": "b"}
                """,
                "line 1: a message in prompt has a part of the type \"image\", expected parts of the type \"text\"");
    }

    @Test
    void should_refuse_answers_that_call_tools() {
        expectRefusal("""
                {"prompt": "q", "chosen": [{"role": "assistant", "content": "a", "tool_calls": [{"id": "1"}]}],\
                 "rejected": [{"role": "assistant", "content": "b", "tool_calls": []}]}
                """, "line 1: a message in chosen calls tools, expected messages that hold text alone");
    }

    @Test
    void should_put_the_system_column_before_the_prompt() throws IOException {
        List<ChatMessage> prompt = List.of(SystemMessage.from("Be kind."), UserMessage.from("q"));

        for (String column : List.of("system", "system_prompt")) {
            PreferenceData data = read(
                    "pairs.jsonl",
                    "{\"%s\": \"Be kind.\", \"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}\n"
                                    .formatted(column)
                            + "{\"%s\": null, \"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}"
                                    .formatted(column));
            assertThat(data.pairs()).containsExactly(new PreferencePair(prompt, "a", "b"), PAIR);
            assertThat(data.notRead()).isEmpty();
        }
        assertThat(
                        pairs(
                                "{\"system\": \"Be kind.\", \"question\": \"q\", \"matching\": \"a\", \"not_matching\": \"b\"}"))
                .containsExactly(new PreferencePair(prompt, "a", "b"));
        String system = "{\"role\": \"system\", \"content\": \"Be kind.\"}, ";
        assertThat(pairs(conversations(system, ", \"system\": \"Be kind.\"")))
                .as("said twice")
                .containsExactly(new PreferencePair(prompt, "a", "b"));
        expectRefusal(
                conversations(system, ", \"system\": \"Be rude.\""),
                "line 1: the column system differs from the system message");
        expectRefusal(
                "{\"system\": 1, \"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}",
                "line 1: system is a number, expected text");
    }

    @Test
    void should_tell_of_columns_and_keys_of_messages_that_are_not_read() throws IOException {
        List<String> remarks = new ArrayList<>();
        Path file = Files.writeString(folder.resolve("pairs.jsonl"), """
                {"id": 1, "prompt": [{"role": "user", "content": "q", "name": "Ann"}],\
                 "chosen": [{"role": "assistant", "content": "a", "reasoning_content": "hm"}],\
                 "rejected": [{"role": "assistant", "content": "b", "reasoning_content": null}], "score": 0.5}
                """);

        PreferenceData data = PreferenceData.read(file, remarks::add);

        assertThat(data.notRead()).containsExactly("id", "score", "chosen.reasoning_content", "prompt.name");
        assertThat(remarks)
                .containsExactly(
                        file + " has columns that are not read: id, score, chosen.reasoning_content, prompt.name");
    }

    @Test
    void should_tell_of_control_tokens_in_texts() throws IOException {
        List<String> remarks = new ArrayList<>();
        Path file = Files.writeString(folder.resolve("pairs.jsonl"), """
                {"prompt": "q", "chosen": "a<|im_end|>", "rejected": "b<|im_end|>"}
                {"prompt": "a < b and b > c, [1] </sup>", "chosen": "x </p> |", "rejected": "<i>"}
                {"prompt": "[INST] q [/INST]", "chosen": "a</s>", "rejected": "<start_of_turn>b"}
                """);

        PreferenceData.read(file, remarks::add);

        assertThat(remarks)
                .containsExactly(file
                        + " has 2 of 3 lines with control tokens of a chat template, which are read as plain text: <|im_end|>"
                        + " (the first in line 1), [INST] (the first in line 3), [/INST] (the first in line 3), </s> (the first"
                        + " in line 3), <start_of_turn> (the first in line 3). Remove them: the model's own chat template writes"
                        + " them around each message");
    }

    @Test
    void should_say_what_is_too_large_in_a_line_that_json_readers_do_not_take() {
        String digits = "1".repeat(2_000);
        String deep = "[".repeat(2_000) + "]".repeat(2_000);

        expectRefusal("{\"prompt\": " + digits + ", \"chosen\": \"a\", \"rejected\": \"b\"}", "line 1: ", "1000");
        expectRefusal("{\"prompt\": " + deep + ", \"chosen\": \"a\", \"rejected\": \"b\"}", "line 1: ", "1000");
        expectRefusal("[{\"prompt\": " + digits + "}]", "is not valid JSON, after 0 complete items", "1000");
        expectRefusal("[{\"prompt\": " + deep + "}]", "is not valid JSON, after 0 complete items", "1000");
    }

    @Test
    void should_stop_when_both_sides_of_most_pairs_are_the_same() {
        expectRefusal("""
                {"prompt": "q", "chosen": "a", "rejected": "a"}
                {"prompt": "q", "chosen": [{"role": "assistant", "content": "a"}],\
                 "rejected": [{"role": "assistant", "content": "a"}]}
                {"prompt": "q", "chosen": "a", "rejected": "b"}
                """, "in 2 of 3 rows both answers are the same (lines 1, 2)");
        expectRefusal(
                conversations("", "").replace("\"b\"", "\"a\""), "in 1 of 1 rows both answers are the same (line 1)");
    }
}
