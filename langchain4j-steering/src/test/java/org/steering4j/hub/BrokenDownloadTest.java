package org.steering4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.steering4j.hub.HubServer.status;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.hub.HubServer.Answer;
import org.steering4j.hub.ModelHubException.Problem;

/** Connections that break, servers that fail, lie or ask to wait, and who else wants the same model. */
@Timeout(60)
class BrokenDownloadTest extends HubTestCase {

    private static final String WEIGHTS = "model.safetensors";

    /** What the store, not the hub, answers next. */
    private void storeAnswers(Answer... next) {
        server.answer("store GET /model.safetensors", next);
    }

    private List<String> ranges() {
        return server.requests().stream()
                .filter(request -> request.toStore() && request.method().equals("GET"))
                .map(request -> request.range() == null ? "all" : request.range())
                .toList();
    }

    private static Answer[] times(int times, Answer answer) {
        return IntStream.range(0, times).mapToObj(i -> answer).toArray(Answer[]::new);
    }

    private static Duration[] seconds(long... seconds) {
        return Arrays.stream(seconds).mapToObj(Duration::ofSeconds).toArray(Duration[]::new);
    }

    // ---- cuts

    @Test
    void should_go_on_where_the_connection_broke() {
        put();
        storeAnswers(HubServer.cutAfter(1_000_000), HubServer.cutAfter(500_000));
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).hasSize(3).first().isEqualTo("all");
        assertThat(ranges().subList(1, 3)).allMatch(range -> range.matches("bytes=\\d+-"));
        assertThat(waits).containsExactly(seconds(1, 1));
    }

    @Test
    void should_go_on_where_an_earlier_download_ended() throws IOException {
        put();
        storeAnswers(HubServer.cutAfter(1_000_000));
        storeAnswers(times(4, status(503)));
        assertFails(
                Problem.UNREACHABLE, () -> hub().folder(MODEL), "localhost answers 503", "tried 5 times", "is kept");
        long kept = Files.size(incomplete(WEIGHTS));
        assertThat(kept).isBetween(1L, 1_000_000L);
        assertThat(blob(WEIGHTS)).doesNotExist();
        server.requests().clear();
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).containsExactly("bytes=" + kept + "-");
        assertThat(incomplete(WEIGHTS)).doesNotExist();
        assertThat(server.requests("GET")).noneMatch(request -> request.endsWith("/config.json"));
    }

    @Test
    void should_ask_the_hub_for_a_fresh_link_at_each_attempt() {
        put();
        storeAnswers(status(403), HubServer.cutAfter(1000));
        assertWhole(hub().folder(MODEL));
        assertThat(server.requests("GET"))
                .filteredOn(request -> request.startsWith("hub") && request.contains(WEIGHTS))
                .hasSize(3);
    }

    @Test
    void should_count_failures_in_a_row_only() {
        put();
        storeAnswers(status(500), status(502), status(503), status(504), HubServer.cutAfter(1000));
        storeAnswers(times(3, status(500)));
        assertWhole(hub().folder(MODEL));
        assertThat(waits).containsExactly(seconds(1, 2, 4, 8, 1, 2, 4, 8));
    }

    @Test
    void should_begin_anew_where_the_server_knows_no_ranges() throws IOException {
        put();
        storeAnswers(HubServer.cutAfter(1_000_000), HubServer.whole(files.get(WEIGHTS)));
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).hasSize(2);
        assertThat(progress.get(progress.size() - 1).isComplete()).isTrue();
    }

    @Test
    void should_not_begin_anew_for_ever_where_the_server_knows_no_ranges() {
        put();
        for (int bytes : new int[] {1_000_000, 500_000, 900_000, 500_000, 900_000}) {
            storeAnswers((exchange, content) -> {
                exchange.sendResponseHeaders(200, files.get(WEIGHTS).length);
                exchange.getResponseBody().write(files.get(WEIGHTS), 0, bytes);
                exchange.getResponseBody().flush();
            });
        }
        assertFails(Problem.UNREACHABLE, () -> hub().folder(MODEL), "tried 5 times");
    }

    @Test
    void should_begin_anew_where_the_server_answers_another_range() {
        put();
        Answer otherRange = (exchange, content) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-2999999/3000000");
            exchange.sendResponseHeaders(206, 3_000_000);
            exchange.getResponseBody().write(files.get(WEIGHTS));
        };
        storeAnswers(HubServer.cutAfter(1_000_000), otherRange);
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).hasSize(3);
        assertThat(ranges().get(2)).isEqualTo("all");
    }

    @Test
    void should_begin_anew_where_the_range_is_refused() {
        put();
        storeAnswers(HubServer.cutAfter(1_000_000), status(416));
        assertWhole(hub().folder(MODEL));
        assertThat(ranges().get(2)).isEqualTo("all");
    }

    @Test
    void should_give_up_a_connection_that_says_nothing_and_go_on_with_another() {
        silence = Duration.ofMillis(500);
        put();
        storeAnswers(server.silentAfter(1_000_000));
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).hasSize(2);
    }

    @Test
    void should_give_up_a_hub_that_does_not_answer() {
        silence = Duration.ofMillis(200);
        put();
        server.answer("GET /revision/main", times(5, server.silentAfter(-1)));
        assertFails(Problem.UNREACHABLE, () -> hub().folder(MODEL), "timed out", "proxy");
    }

    @Test
    void should_say_so_if_there_is_no_connection() {
        server.close();
        assertFails(
                Problem.UNREACHABLE,
                () -> hub().folder(MODEL),
                "there is no connection to 127.0.0.1",
                "tried 5 times",
                "HF_ENDPOINT");
        assertThat(waits).containsExactly(seconds(1, 2, 4, 8));
    }

    @Test
    void should_say_so_if_the_host_is_unknown() {
        variables.put("HF_ENDPOINT", "http://hub.invalid");
        assertFails(Problem.UNREACHABLE, () -> hub().folder(MODEL), "hub.invalid", "proxy");
    }

    @Test
    void should_not_try_again_where_the_certificate_is_not_trusted() throws Exception {
        Path keys = home.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "hub",
                        "-dname",
                        "CN=127.0.0.1",
                        "-storepass",
                        "secret",
                        "-keystore",
                        keys.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(KeyStore.getInstance(keys.toFile(), "secret".toCharArray()), "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(context));
        secure.start();
        try {
            variables.put(
                    "HF_ENDPOINT", "https://127.0.0.1:" + secure.getAddress().getPort());
            assertFails(
                    Problem.UNREACHABLE,
                    () -> hub().folder(MODEL),
                    "the certificate of 127.0.0.1 is not trusted",
                    "-Djavax.net.ssl.trustStore");
            assertThat(waits).isEmpty();
        } finally {
            secure.stop(0);
        }
    }

    // ---- lengths and checksums

    @Test
    void should_ask_again_for_what_a_server_withholds() {
        put();
        storeAnswers(HubServer.endAfter(1_000_000));
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).containsExactly("all", "bytes=1000000-");
    }

    @Test
    void should_give_up_a_server_that_sends_nothing() {
        put();
        storeAnswers(times(5, HubServer.endAfter(0)));
        assertFails(Problem.UNREACHABLE, () -> hub().folder(MODEL), "ended after 0 of 3000000 bytes");
    }

    @Test
    void should_download_a_file_with_a_wrong_checksum_once_more() {
        put();
        byte[] wrong = files.get(WEIGHTS).clone();
        wrong[77]++;
        storeAnswers(HubServer.bytes(wrong));
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).containsExactly("all", "all");
    }

    @Test
    void should_refuse_a_file_whose_checksum_is_wrong_twice() throws IOException {
        String commit = put();
        byte[] wrong = files.get(WEIGHTS).clone();
        wrong[77]++;
        storeAnswers(HubServer.bytes(wrong), HubServer.bytes(wrong));
        assertFails(
                Problem.DAMAGED,
                () -> hub().folder(MODEL),
                "model.safetensors of owner/tiny",
                "wrong checksum",
                HubServer.sha256(files.get(WEIGHTS)));
        assertThat(incomplete(WEIGHTS)).doesNotExist();
        assertThat(blob(WEIGHTS)).doesNotExist();
        assertThat(names(repository().resolve("snapshots").resolve(commit))).doesNotContain(WEIGHTS);
        assertThat(repository().resolve("refs/main")).doesNotExist();
        assertWhole(hub().folder(MODEL));
    }

    @Test
    void should_refuse_a_small_file_whose_checksum_is_wrong_twice() {
        put();
        byte[] wrong = files.get("config.json").clone();
        wrong[3]++;
        server.answer("GET /config.json", HubServer.bytes(wrong), HubServer.bytes(wrong));
        assertFails(Problem.DAMAGED, () -> hub().folder(MODEL), "config.json", "wrong checksum");
    }

    @Test
    void should_not_keep_what_a_wrong_beginning_was_continued_with() throws IOException {
        put();
        Files.createDirectories(repository().resolve("blobs"));
        Files.write(incomplete(WEIGHTS), new byte[1000]);
        assertWhole(hub().folder(MODEL));
        assertThat(ranges()).containsExactly("bytes=1000-", "all");
    }

    @Test
    void should_not_read_on_where_a_server_sends_more_than_it_said() {
        put();
        storeAnswers(HubServer.more(1_000_000), HubServer.more(1));
        assertFails(Problem.DAMAGED, () -> hub().folder(MODEL), "wrong checksum");
        storeAnswers(HubServer.more(1));
        assertWhole(hub().folder(MODEL));
    }

    @Test
    void should_download_a_file_of_unknown_length() {
        put();
        String etag = HubServer.gitSha1(files.get("config.json"));
        server.answer("HEAD /config.json", status(200, "ETag", "\"" + etag + "\""));
        server.answer("GET /config.json", HubServer.endAfter(files.get("config.json").length));
        assertWhole(hub().folder(MODEL));
    }

    @Test
    void should_download_an_empty_file() {
        files.put("chat_template.jinja", new byte[0]);
        put();
        assertWhole(hub().folder(MODEL));
    }

    @Test
    void should_not_write_through_a_link_that_somebody_has_laid() throws IOException {
        put();
        Path precious = Files.writeString(home.resolve("precious"), "precious");
        Files.createDirectories(repository().resolve("blobs"));
        Files.createSymbolicLink(incomplete(WEIGHTS), precious);
        assertFails(
                Problem.DISK,
                () -> hub().folder(MODEL),
                repository().getParent().toString());
        assertThat(precious).hasContent("precious");
    }

    // ---- waiting

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Retry-After | 7 | 7",
                "Retry-After | Thu, 01 Jan 2026 00:00:42 GMT | 42",
                "Retry-After | Wed, 01 Jan 2025 00:00:00 GMT | 0",
                "Retry-After | soon | 1",
                "RateLimit | \"resolvers\";r=0;t=172 | 172",
                "X-Nothing | 5 | 1",
            })
    void should_wait_as_long_as_the_hub_asks(String header, String value, long seconds) {
        put();
        server.answer("HEAD /config.json", status(429, header, value));
        assertWhole(hub().folder(MODEL));
        assertThat(waits).containsExactly(seconds(seconds));
    }

    @Test
    void should_not_wait_for_longer_than_five_minutes() {
        put();
        server.answer("GET /revision/main", status(429, "Retry-After", "301"));
        assertFails(
                Problem.TOO_MANY_REQUESTS,
                () -> hub().folder(MODEL),
                "429",
                "asks to wait 301 s",
                "longer than the 300 s",
                "HF_TOKEN");
        assertThat(waits).isEmpty();
    }

    @Test
    void should_give_up_a_hub_that_asks_to_wait_again_and_again() {
        put();
        server.answer("GET /revision/main", times(5, status(429, "Retry-After", "30")));
        assertFails(Problem.TOO_MANY_REQUESTS, () -> hub().folder(MODEL), "429", "tried 5 times");
        assertThat(waits).containsExactly(seconds(30, 30, 30, 30));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 503, 504})
    void should_try_again_what_may_pass(int status) {
        put();
        server.answer("GET /revision/main", status(status));
        server.answer("HEAD /tokenizer.json", status(status));
        server.answer("GET /config.json", status(status));
        assertWhole(hub().folder(MODEL));
        assertThat(waits).containsExactly(seconds(1, 1, 1));
    }

    // ---- the disk

    @Test
    void should_not_begin_what_the_disk_has_no_room_for() {
        put();
        server.answer(
                "HEAD /model.safetensors",
                status(
                        302,
                        "X-Linked-Etag",
                        "\"" + HubServer.sha256(files.get(WEIGHTS)) + "\"",
                        "X-Linked-Size",
                        "" + (1L << 50),
                        "Location",
                        "http://localhost/"));
        assertFails(
                Problem.DISK,
                () -> hub().folder(MODEL),
                "needs 1048576.0 GiB",
                "GiB are free in " + repository(),
                "HF_HUB_CACHE");
        assertThat(server.requests("GET")).hasSize(1);
    }

    @Test
    void should_say_so_if_the_commit_of_a_branch_cannot_be_noted() throws IOException {
        put();
        Files.createDirectories(repository().resolve("refs/main"));
        assertFails(
                Problem.DISK,
                () -> hub().folder(MODEL),
                repository().resolve("refs/main").toString());
    }

    @Test
    void should_say_so_if_the_cache_folder_cannot_be_made() throws IOException {
        put();
        Files.writeString(cache, "a file");
        assertFails(Problem.DISK, () -> hub().folder(MODEL), "the cache folder " + cache + " cannot be used");
    }

    // ---- who else wants it

    @Test
    void should_download_once_for_several_threads() throws Exception {
        put();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Path>> folders = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                folders.add(threads.submit(() -> hub().folder(MODEL)));
            }
            for (Future<Path> folder : folders) {
                assertWhole(folder.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(server.requests("GET"))
                .filteredOn(request -> request.contains("/revision/"))
                .hasSize(1);
    }

    /** Holds a lock until its input ends: run as another process. */
    static final class LockHolder {

        public static void main(String[] arguments) throws Exception {
            ModelLock lock = ModelLock.take(Path.of(arguments[0]), Waiting.really());
            System.out.println("locked");
            while (System.in.read() >= 0) {}
            lock.close();
        }
    }

    @Test
    void should_wait_for_another_process_that_downloads_the_same_model() throws Exception {
        put();
        Path lock = new ModelCache(cache, MODEL, true).lockFile();
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        lock.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            InputStream said = other.getInputStream();
            assertThat(new String(said.readNBytes(6))).isEqualTo("locked");
            List<String> whileLocked = new ArrayList<>();
            Path folder = hub(time -> {
                        if (waits.isEmpty()) {
                            whileLocked.addAll(server.requests("GET"));
                            try {
                                other.getOutputStream().close();
                                other.waitFor();
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        }
                        waits.add(time);
                    })
                    .folder(MODEL);
            assertThat(waits).containsExactly(Duration.ofMillis(200));
            assertThat(whileLocked).isEmpty();
            assertWhole(folder);
        } finally {
            other.destroy();
        }
    }

    @Test
    void should_end_when_interrupted_and_keep_what_has_arrived() throws Exception {
        put();
        storeAnswers(server.silentAfter(2_000_000));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        ModelHub hub = ModelHub.builder()
                .environment(new HubEnvironment(variables, home))
                .listener(step -> {
                    if (step.bytes() > 1_000_000) {
                        begun.countDown();
                    }
                })
                .build();
        Thread thread = new Thread(() -> {
            try {
                hub.folder(MODEL);
            } catch (Throwable e) {
                thrown.set(e);
            }
            if (!Thread.currentThread().isInterrupted()) {
                thrown.set(new AssertionError("the interrupt is forgotten"));
            }
        });
        thread.start();
        begun.await();
        thread.interrupt();
        thread.join();
        assertFails(
                Problem.INTERRUPTED,
                () -> {
                    throw (Exception) thrown.get();
                },
                "the download of owner/tiny was interrupted",
                "is kept");
        assertThat(Files.size(incomplete(WEIGHTS))).isBetween(1_000_000L, 2_000_000L);
        assertWhole(hub.folder(MODEL));
    }

    @Test
    void should_end_when_the_listener_fails_and_keep_what_has_arrived() throws Exception {
        put();
        ModelHub failing = ModelHub.builder()
                .environment(new HubEnvironment(variables, home))
                .listener(step -> {
                    if (step.bytes() > 1_000_000) {
                        throw new IllegalStateException("enough");
                    }
                })
                .build();
        assertThatThrownBy(() -> failing.folder(MODEL)).hasMessage("enough");
        assertThat(Files.size(incomplete(WEIGHTS))).isGreaterThan(1_000_000);
        assertWhole(hub().folder(MODEL));
    }

    @Test
    void should_end_a_wait_when_interrupted() {
        put();
        server.answer("GET /revision/main", status(503));
        assertFails(
                Problem.INTERRUPTED,
                () -> hub(time -> {
                            throw new InterruptedException();
                        })
                        .folder(MODEL),
                "interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
