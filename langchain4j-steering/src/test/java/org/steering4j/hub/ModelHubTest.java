package org.steering4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.hub.ModelHubException.Problem;

/** Downloads from a server on this machine that behaves as the hub does, and misbehaves when told to. Nothing here waits. */
@Timeout(60)
class ModelHubTest extends HubTestCase {

    // ---- what comes of it

    @Test
    void should_download_into_the_layout_of_the_hugging_face_cache() throws Exception {
        String commit = put();
        Path folder = hub().folder(MODEL);
        assertThat(folder).isEqualTo(repository().resolve("snapshots").resolve(commit));
        assertWhole(folder);
        assertThat(names(folder))
                .containsExactly(
                        "chat_template.jinja",
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
        assertThat(Files.readSymbolicLink(folder.resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs").resolve(HubServer.sha256(files.get("model.safetensors"))));
        assertThat(Files.readSymbolicLink(folder.resolve("config.json")))
                .isEqualTo(Path.of("../../blobs").resolve(HubServer.gitSha1(files.get("config.json"))));
        assertThat(repository().resolve("refs/main")).hasContent(commit);
        assertThat(names(repository().resolve("blobs"))).hasSize(6);
        assertThat(names(repository())).containsExactly("blobs", "refs", "snapshots");
    }

    @Test
    void should_not_touch_the_network_for_what_is_there() {
        put();
        Path folder = hub().folder(MODEL);
        server.close();
        assertThat(hub().folder(MODEL)).isEqualTo(folder);
        variables.put("HF_HUB_OFFLINE", "1");
        assertThat(hub().folder(MODEL)).isEqualTo(folder);
        assertThat(hub().download(MODEL)).isEqualTo(folder);
    }

    @Test
    void should_follow_a_branch_when_asked_to_and_fetch_only_what_has_changed() {
        put();
        Path old = hub().folder(MODEL);
        files.put("config.json", "{\"new\": 1}".getBytes(StandardCharsets.UTF_8));
        String commit = put();
        server.requests().clear();
        assertThat(hub().folder(MODEL)).isEqualTo(old);
        assertThat(server.requests()).isEmpty();
        Path folder = hub().download(MODEL);
        assertThat(folder).hasFileName(commit);
        assertWhole(folder);
        assertThat(hub().folder(MODEL)).isEqualTo(folder);
        assertThat(server.requests("GET"))
                .containsExactly(
                        "hub GET /api/models/owner/tiny/revision/main",
                        "hub GET /owner/tiny/resolve/" + commit + "/config.json");
        assertThat(old.resolve("config.json")).hasContent("{\"of\": \"config.json\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.0", "refs/pr/1"})
    void should_pin_a_revision(String revision) {
        put();
        Map<String, byte[]> other = new TreeMap<>(files);
        other.put("config.json", "{\"revision\": 1}".getBytes(StandardCharsets.UTF_8));
        String commit = server.put("owner/tiny", revision, other);
        Path folder = hub().folder(ModelName.parse("owner/tiny@" + revision));
        assertThat(folder).hasFileName(commit);
        assertThat(folder.resolve("config.json")).hasBinaryContent(other.get("config.json"));
        assertThat(repository().resolve("refs").resolve(revision)).hasContent(commit);
        assertThat(repository().resolve("refs/main")).doesNotExist();
    }

    @Test
    void should_pin_a_commit() {
        String commit = put();
        files.put("config.json", "{\"new\": 1}".getBytes(StandardCharsets.UTF_8));
        put();
        ModelName pinned = ModelName.parse("owner/tiny@" + commit);
        Path folder = hub().folder(pinned);
        assertThat(folder).hasFileName(commit);
        assertThat(folder.resolve("config.json")).hasContent("{\"of\": \"config.json\"}");
        assertThat(repository().resolve("refs")).doesNotExist();
        server.close();
        assertThat(hub().folder(pinned)).isEqualTo(folder);
    }

    @Test
    void should_fetch_the_shards_that_the_index_names() throws Exception {
        byte[] weights = files.remove("model.safetensors");
        files.put("model-00001-of-00002.safetensors", Arrays.copyOf(weights, 2_000_000));
        files.put("model-00002-of-00002.safetensors", Arrays.copyOfRange(weights, 2_000_000, 3_000_000));
        files.put("model.safetensors.index.json", """
                {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
                """.getBytes(StandardCharsets.UTF_8));
        files.put("pytorch_model.bin", new byte[10]);
        files.put("other.safetensors", new byte[10]);
        put();
        Path folder = hub().folder(MODEL);
        files.remove("other.safetensors");
        assertWhole(folder);
        assertThat(names(folder)).doesNotContain("pytorch_model.bin", "other.safetensors");
        assertThat(progress.get(progress.size() - 1)).satisfies(last -> {
            assertThat(last.isComplete()).isTrue();
            assertThat(last.bytesInAll()).isGreaterThan(3_000_000);
        });
        Files.delete(blob("model-00002-of-00002.safetensors"));
        variables.put("HF_HUB_OFFLINE", "1");
        assertFails(
                Problem.OFFLINE,
                () -> hub().folder(MODEL),
                "model-00002-of-00002.safetensors missing",
                folder.toString());
    }

    @Test
    void should_tell_how_far_it_has_come() throws Exception {
        put();
        server.answer("GET /model.safetensors", HubServer.status(403));
        assertFails(Problem.NO_ACCESS, () -> hub().folder(MODEL));
        progress.clear();
        Files.write(incomplete("model.safetensors"), Arrays.copyOf(files.get("model.safetensors"), 1_500_000));
        hub().folder(MODEL);
        assertThat(progress).hasSizeBetween(2, 10).allSatisfy(step -> {
            assertThat(step.model()).isEqualTo(MODEL);
            assertThat(step.bytesBefore()).isEqualTo(1_500_000);
            assertThat(step.bytesInAll()).isEqualTo(3_000_000);
        });
        assertThat(progress.get(0).bytes()).isEqualTo(1_500_000);
        assertThat(progress).extracting(DownloadProgress::bytes).isSorted();
        assertThat(progress.get(progress.size() - 1).isComplete()).isTrue();
    }

    @Test
    void should_copy_files_where_links_cannot_be_made() throws Exception {
        variables.put("HF_HUB_DISABLE_SYMLINKS", "1");
        put();
        Path folder = hub().folder(MODEL);
        assertWhole(folder);
        assertThat(folder.resolve("model.safetensors"))
                .isRegularFile()
                .satisfies(file -> assertThat(Files.isSymbolicLink(file)).isFalse());
        assertThat(names(repository().resolve("blobs"))).isEmpty();
        server.requests().clear();
        assertThat(hub().download(MODEL)).isEqualTo(folder);
        assertThat(server.requests("GET")).containsExactly("hub GET /api/models/owner/tiny/revision/main");
    }

    @Test
    void should_leave_a_blob_to_the_snapshots_that_link_to_it_when_it_cannot_link_itself() {
        put();
        Path linked = hub().folder(MODEL);
        files.put("config.json", "{}".getBytes(StandardCharsets.UTF_8));
        put();
        variables.put("HF_HUB_DISABLE_SYMLINKS", "1");
        Path copied = hub().download(MODEL);
        assertWhole(copied);
        assertThat(linked.resolve("model.safetensors")).hasBinaryContent(files.get("model.safetensors"));
    }

    @Test
    void should_complete_what_another_program_has_begun() throws Exception {
        String commit = put();
        Path snapshot =
                Files.createDirectories(repository().resolve("snapshots").resolve(commit));
        Files.createDirectories(repository().resolve("refs"));
        Files.writeString(repository().resolve("refs/main"), commit);
        Files.createDirectories(repository().resolve("blobs"));
        Files.write(blob("config.json"), files.get("config.json"));
        Files.createSymbolicLink(snapshot.resolve("config.json"), snapshot.relativize(blob("config.json")));
        Files.write(blob("tokenizer.json"), files.get("tokenizer.json"));
        assertWhole(hub().folder(MODEL));
        assertThat(server.requests("GET")).noneMatch(request -> request.contains("tokenizer.json"));
        assertThat(server.requests("GET")).noneMatch(request -> request.endsWith("/config.json"));
    }

    @Test
    void should_replace_a_file_in_the_cache_that_has_a_wrong_length() throws Exception {
        put();
        Path folder = hub().folder(MODEL);
        Files.write(blob("model.safetensors"), new byte[7]);
        hub().download(MODEL);
        assertWhole(folder);
    }

    @Test
    void should_fetch_a_template_for_tools_that_lies_in_a_folder_of_its_own() throws Exception {
        String template = "additional_chat_templates/tool_use.jinja";
        files.put(template, "{{ tools }}".getBytes(StandardCharsets.UTF_8));
        put();
        Path folder = hub().folder(MODEL);
        assertWhole(folder);
        assertThat(Files.readSymbolicLink(folder.resolve(template)))
                .isEqualTo(Path.of("../../../blobs").resolve(HubServer.gitSha1(files.get(template))));
    }

    // ---- what another program has left out

    /** The model as a program leaves it that fetches these files only. */
    private Path fetchedByAnotherProgram(String commit, String... names) throws Exception {
        Path snapshot =
                Files.createDirectories(repository().resolve("snapshots").resolve(commit));
        Files.createDirectories(repository().resolve("refs"));
        Files.writeString(repository().resolve("refs/main"), commit);
        for (String name : names) {
            Files.write(snapshot.resolve(name), files.get(name));
        }
        return snapshot;
    }

    @ParameterizedTest
    @ValueSource(strings = {"generation_config.json", "tokenizer_config.json", "chat_template.jinja"})
    void should_fetch_what_a_model_can_be_opened_without(String absent) throws Exception {
        String commit = put();
        Path snapshot = fetchedByAnotherProgram(
                commit,
                Stream.of(
                                "config.json",
                                "tokenizer.json",
                                "model.safetensors",
                                "generation_config.json",
                                "tokenizer_config.json",
                                "chat_template.jinja")
                        .filter(name -> !name.equals(absent))
                        .toArray(String[]::new));
        Map<String, byte[]> moved = new TreeMap<>(files);
        moved.put("config.json", "{\"new\": 1}".getBytes(StandardCharsets.UTF_8));
        server.put("owner/tiny", "main", moved);
        assertThat(hub().folder(MODEL)).isEqualTo(snapshot);
        assertWhole(snapshot);
        assertThat(server.requests("GET"))
                .containsExactly(
                        "hub GET /api/models/owner/tiny/revision/" + commit,
                        "hub GET /owner/tiny/resolve/" + commit + "/" + absent);
        server.requests().clear();
        assertThat(hub().folder(MODEL)).isEqualTo(snapshot);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void should_ask_only_once_for_what_a_repository_has_not() throws Exception {
        files.remove("generation_config.json");
        files.remove("chat_template.jinja");
        String commit = put();
        Path snapshot = fetchedByAnotherProgram(
                commit, "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors");
        assertThat(hub().folder(MODEL)).isEqualTo(snapshot);
        assertThat(server.requests("GET")).hasSize(1);
        assertThat(hub().folder(MODEL)).isEqualTo(snapshot);
        assertThat(server.requests("GET")).hasSize(1);
        assertThat(names(repository().resolve(".no_exist").resolve(commit)))
                .containsExactly("chat_template.jinja", "generation_config.json");
    }

    @Test
    void should_not_ask_for_a_template_that_is_in_another_file() throws Exception {
        files.put("tokenizer_config.json", "{\"chat_template\": \"{{ messages }}\"}".getBytes(StandardCharsets.UTF_8));
        fetchedByAnotherProgram(
                put(),
                "config.json",
                "tokenizer.json",
                "model.safetensors",
                "generation_config.json",
                "tokenizer_config.json");
        hub().folder(MODEL);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void should_open_a_model_without_them_if_they_cannot_be_had() throws Exception {
        Path snapshot = fetchedByAnotherProgram(put(), "config.json", "tokenizer.json", "model.safetensors");
        server.answer("GET /revision/" + snapshot.getFileName(), HubServer.status(404));
        assertThat(hub().folder(MODEL)).isEqualTo(snapshot);
        server.close();
        assertThat(hub().folder(MODEL)).isEqualTo(snapshot);
        waits.clear();
        variables.put("HF_HUB_OFFLINE", "1");
        assertThat(hub().folder(MODEL)).isEqualTo(snapshot);
        assertThat(waits).isEmpty();
        assertThat(names(snapshot)).hasSize(3);
    }

    // ---- without weights

    @Test
    void should_leave_the_weights_where_they_are_when_only_text_is_wanted() {
        String commit = put();
        Path folder = hub().folderWithoutWeights(MODEL);
        assertThat(folder).hasFileName(commit);
        assertThat(folder.resolve("chat_template.jinja")).exists();
        assertThat(server.requests()).noneMatch(request -> request.path().endsWith("safetensors"));
        server.requests().clear();
        assertThat(hub().folderWithoutWeights(MODEL)).isEqualTo(folder);
        assertThat(server.requests()).isEmpty();
        variables.put("HF_HUB_OFFLINE", "1");
        assertThat(hub().folderWithoutWeights(MODEL)).isEqualTo(folder);
        assertFails(Problem.OFFLINE, () -> hub().folder(MODEL), "model.safetensors missing");
        variables.remove("HF_HUB_OFFLINE");
        assertWhole(hub().folder(MODEL));
    }

    // ---- offline

    @Test
    void should_say_where_it_looked_and_what_to_do_when_offline() {
        put();
        variables.put("HF_HUB_OFFLINE", "1");
        assertFails(
                Problem.OFFLINE,
                () -> hub().folder(MODEL),
                "owner/tiny is not in " + repository(),
                "HF_HUB_OFFLINE",
                "hf download owner/tiny");
        variables.remove("HF_HUB_OFFLINE");
        ModelHub offline = ModelHub.builder()
                .environment(new HubEnvironment(variables, home))
                .offline(true)
                .build();
        assertFails(Problem.OFFLINE, () -> offline.folder(MODEL));
        assertFails(Problem.OFFLINE, () -> offline.download(MODEL));
        assertThat(server.requests()).isEmpty();
        assertThat(cache).doesNotExist();
    }

    // ---- the token

    @Test
    void should_send_the_token_to_the_hub_and_to_no_other_host() {
        variables.put("HF_TOKEN", "hf_secret");
        put();
        hub().folder(MODEL);
        assertThat(server.requests()).anyMatch(HubServer.Request::toStore);
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.authorization())
                        .as(request.toString())
                        .isEqualTo(request.toStore() ? null : "Bearer hf_secret"));
    }

    @Test
    void should_prefer_the_token_that_it_is_given() {
        variables.put("HF_TOKEN", "hf_variable");
        put();
        ModelHub.builder()
                .environment(new HubEnvironment(variables, home))
                .token("hf_given")
                .build()
                .folder(MODEL);
        assertThat(server.requests().get(0).authorization()).isEqualTo("Bearer hf_given");
    }

    @Test
    void should_refuse_a_token_that_is_none_without_showing_it() {
        variables.put("HF_TOKEN", "hf_secret and more");
        assertThatThrownBy(() -> hub().folder(MODEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token")
                .message()
                .doesNotContain("secret");
    }

    // ---- refusals

    @Test
    void should_say_so_if_there_is_no_such_model() {
        assertFails(
                Problem.NOT_FOUND,
                () -> hub().folder(MODEL),
                "no model owner/tiny at " + server.endpoint(),
                "is the name right?",
                "HF_TOKEN");
        server.answer("GET /revision/main", HubServer.status(404));
        assertFails(Problem.NOT_FOUND, () -> hub().folder(MODEL), "HTTP 404");
        assertThat(waits).isEmpty();
    }

    @Test
    void should_say_so_if_there_is_no_such_revision() {
        put();
        assertFails(
                Problem.NOT_FOUND,
                () -> hub().folder(ModelName.parse("owner/tiny@v2")),
                "owner/tiny has no revision v2");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void should_say_what_to_do_for_a_gated_model(int status) {
        put();
        server.answer(
                "HEAD /config.json",
                HubServer.status(
                        status,
                        "X-Error-Code",
                        "GatedRepo",
                        "X-Error-Message",
                        "Access to model owner/tiny is restricted"));
        assertFails(
                Problem.NO_ACCESS,
                () -> hub().folder(MODEL),
                "accepted its licence",
                server.endpoint() + "/owner/tiny",
                "HF_TOKEN",
                "Access to model owner/tiny is restricted");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void should_say_so_if_the_token_is_not_good_enough(int status) {
        variables.put("HF_TOKEN", "hf_secret");
        put();
        server.answer("GET /revision/main", HubServer.status(status));
        assertFails(Problem.NO_ACCESS, () -> hub().folder(MODEL), "HTTP " + status, "/settings/tokens");
    }

    @Test
    void should_refuse_a_repository_that_has_pickles_only() {
        files.remove("model.safetensors");
        files.remove("tokenizer.json");
        files.put("pytorch_model.bin", new byte[10]);
        files.put("\u001b[2J.bin", new byte[10]);
        put();
        assertFails(
                Problem.NOT_USABLE,
                () -> hub().folder(MODEL),
                "owner/tiny has its weights as pickles only (pytorch_model.bin)",
                "model.safetensors");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void should_say_that_an_adapter_is_no_model() {
        files.keySet().removeAll(List.of("config.json", "model.safetensors"));
        files.put("adapter_config.json", new byte[10]);
        files.put("adapter_model.safetensors", new byte[10]);
        put();

        assertFails(Problem.NOT_USABLE, () -> hub().folder(MODEL), "owner/tiny is a LoRA adapter", "as its adapter");
        assertFails(Problem.NOT_USABLE, () -> hub().folderWithoutWeights(MODEL), "owner/tiny is a LoRA adapter");
    }

    /** Whoever opens the folder is told of it. */
    @Test
    void should_download_an_adapter_beside_the_model() {
        files.put("adapter_config.json", randomBytes(10));
        files.put("adapter_model.safetensors", randomBytes(100));
        put();

        assertThat(hub().folder(MODEL))
                .isDirectoryContaining("glob:**/adapter_config.json")
                .isDirectoryContaining("glob:**/adapter_model.safetensors");
    }

    @ParameterizedTest
    @CsvSource({
        "model.safetensors, 'neither model.safetensors nor model.safetensors.index.json, but model.gguf'",
        "config.json, has no config.json",
        "tokenizer.json, has no tokenizer.json",
    })
    void should_refuse_a_repository_that_lacks_what_a_model_needs(String absent, String message) {
        files.remove(absent);
        files.put("model.gguf", new byte[10]);
        put();
        assertFails(Problem.NOT_USABLE, () -> hub().folder(MODEL), message);
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../../evil.safetensors",
                "/etc/passwd",
                "sub/model.safetensors",
                "..\\\\evil.safetensors",
                "pytorch_model.bin",
                ".safetensors"
            })
    void should_refuse_an_index_that_names_files_elsewhere(String shard) throws Exception {
        files.remove("model.safetensors");
        files.put(shard.replace("\\\\", "\\"), new byte[10]);
        files.put(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"%s\"}}".formatted(shard).getBytes(StandardCharsets.UTF_8));
        put();
        assertFails(Problem.NOT_USABLE, () -> hub().folder(MODEL), "names the file \"" + shard + "\"");
        assertThat(names(home)).containsExactly("hub");
        assertThat(server.requests("GET"))
                .allMatch(request -> request.endsWith("/main") || request.endsWith("index.json"));
    }

    @Test
    void should_refuse_an_index_of_shards_that_are_not_in_the_repository() {
        files.remove("model.safetensors");
        files.put(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"model-1.safetensors\"}}".getBytes(StandardCharsets.UTF_8));
        put();
        assertFails(Problem.NOT_USABLE, () -> hub().folder(MODEL), "model-1.safetensors", "not complete");
    }

    @Test
    void should_ask_for_no_file_by_a_name_of_the_hub() throws Exception {
        files.put("../../../evil.json", new byte[10]);
        files.put("/etc/evil", new byte[10]);
        files.put("sub/config.json", new byte[10]);
        files.put("config.json/../x", new byte[10]);
        String commit = put();
        Path folder = hub().folder(MODEL);
        assertThat(names(folder)).hasSize(6);
        assertThat(names(home)).containsExactly("hub");
        assertThat(names(folder.getParent())).containsExactly(commit);
    }

    @Test
    void should_refuse_answers_that_are_not_those_of_a_hub() {
        put();
        String[] answers = {
            "<html>Sign in!</html>",
            "",
            "[]",
            "{\"sha\": \"../../x\", \"siblings\": []}",
            "{\"sha\": 5, \"siblings\": []}",
            "{\"sha\": \"0123456789012345678901234567890123456789\"}",
            "{\"sha\": \"0123456789012345678901234567890123456789\", \"siblings\": {}} {",
        };
        for (String answer : answers) {
            server.answer("GET /revision/main", HubServer.bytes(answer.getBytes(StandardCharsets.UTF_8)));
            assertFails(Problem.NOT_A_HUB, () -> hub().folder(MODEL), server.endpoint(), "HF_ENDPOINT");
        }
        for (String etag : List.of("\"../../evil\"", "\"abc\"", "", "\"" + "A".repeat(64) + "\"")) {
            server.answer("HEAD /config.json", HubServer.status(200, "ETag", etag));
            assertFails(Problem.NOT_A_HUB, () -> hub().folder(MODEL), "without a checksum");
        }
        server.answer("HEAD /config.json", HubServer.status(404, "X-Error-Code", "EntryNotFound"));
        assertFails(
                Problem.NOT_A_HUB, () -> hub().folder(MODEL), "config.json is in its list of files, but is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://[", "mailto:a@b"})
    void should_follow_no_redirect_out_of_http(String location) {
        put();
        server.answer("GET /revision/main", HubServer.status(302, "Location", location));
        assertFails(Problem.NOT_A_HUB, () -> hub().folder(MODEL), "redirects to " + location);
    }

    @Test
    void should_follow_a_renamed_model() {
        variables.put("HF_TOKEN", "hf_secret");
        server.put("new/name", "main", files);
        server.rename("owner/tiny", "new/name");
        Path folder = hub().folder(MODEL);
        assertThat(folder).startsWith(repository());
        assertWhole(folder);
    }

    @Test
    void should_not_follow_redirects_in_circles() {
        server.rename("owner/tiny", "owner/tiny");
        assertFails(Problem.NOT_A_HUB, () -> hub().folder(MODEL), "redirects more than 5 times");
    }
}
