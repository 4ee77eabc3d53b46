package org.steering4j.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Behaves as the Hugging Face hub does, on this machine: one server is the hub, another holds the large files, to which the hub redirects. What
 * is to go wrong is said beforehand, request by request.
 */
public final class HubServer implements AutoCloseable {

    /** What a request asked for. */
    public record Request(boolean toStore, String method, String path, String range, String authorization) {

        @Override
        public String toString() {
            return (toStore ? "store " : "hub ") + method + " " + path + (range == null ? "" : " " + range);
        }
    }

    /** Another answer than the right one. */
    @FunctionalInterface
    public interface Answer {
        /** @param content the right bytes, from the position on that was asked for */
        void give(HttpExchange exchange, byte[] content) throws IOException;
    }

    private record Repository(String commit, Map<String, byte[]> files) {}

    static {
        // Else an answer's body waits 40 ms for the client to acknowledge its head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer hub;
    private final HttpServer store;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Repository> repositories = new ConcurrentHashMap<>();
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final Map<String, String> renamed = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    public HubServer() throws IOException {
        this(0);
    }

    private HubServer(int port) throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", exchange -> handle(exchange, false));
        store.createContext("/", exchange -> handle(exchange, true));
        for (HttpServer server : List.of(hub, store)) {
            server.setExecutor(threads);
            server.start();
        }
    }

    /** Serves a folder as the model {@code local/NAME}, named by the folder, until it is killed: to try other programs on. */
    public static void main(String[] arguments) throws IOException {
        HubServer server = new HubServer(Integer.parseInt(arguments[0]));
        for (int i = 1; i < arguments.length; i++) {
            Path folder = Path.of(arguments[i]);
            server.put("local/" + folder.getFileName(), "main", filesOf(folder));
        }
        System.out.println(server.endpoint());
    }

    public String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    public static Map<String, byte[]> filesOf(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> listed = Files.list(folder)) {
            for (Path file : listed.filter(Files::isRegularFile).toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    /** A branch or tag of a model now stands at a commit with these files; returns the commit. */
    public String put(String model, String revision, Map<String, byte[]> files) {
        String commit = digest(
                "SHA-1",
                (model
                                + files.entrySet().stream()
                                        .map(file -> file.getKey() + Arrays.hashCode(file.getValue()))
                                        .collect(Collectors.joining()))
                        .getBytes(StandardCharsets.UTF_8));
        Repository repository = new Repository(commit, new TreeMap<>(files));
        repositories.put(model + "@" + revision, repository);
        repositories.put(model + "@" + commit, repository);
        return commit;
    }

    /** Whoever asks for a model by its old name is sent to the new one. */
    public void rename(String oldName, String newName) {
        renamed.put("/" + oldName + "/", "/" + newName + "/");
    }

    /**
     * The next requests of a method for a path that ends so are answered in this way, one after the other.
     *
     * @param request such as {@code GET /config.json}; of a large file, {@code GET /model.safetensors} is the hub's redirect, and
     *     {@code store GET /model.safetensors} what it leads to
     */
    public void answer(String request, Answer... next) {
        answers.computeIfAbsent(request, missing -> new ArrayDeque<>()).addAll(List.of(next));
    }

    public List<Request> requests() {
        return requests;
    }

    public List<String> requests(String method) {
        return requests.stream()
                .filter(request -> request.method().equals(method))
                .map(Request::toString)
                .toList();
    }

    private void handle(HttpExchange exchange, boolean toStore) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        String method = exchange.getRequestMethod();
        requests.add(new Request(
                toStore,
                method,
                path,
                exchange.getRequestHeaders().getFirst("Range"),
                exchange.getRequestHeaders().getFirst("Authorization")));
        try (exchange) {
            for (Map.Entry<String, String> names : renamed.entrySet()) {
                if (path.contains(names.getKey())) {
                    status(307, "Location", path.replace(names.getKey(), names.getValue()))
                            .give(exchange, null);
                    return;
                }
            }
            Content content = find(path);
            Answer answer = nextAnswer((toStore ? "store " : "") + method + " " + path);
            if (answer != null) {
                byte[] bytes = content == null ? new byte[0] : content.bytes;
                answer.give(exchange, Arrays.copyOfRange(bytes, from(exchange, bytes.length), bytes.length));
            } else if (content == null) {
                missing(path).give(exchange, null);
            } else {
                content.send(exchange, path);
            }
        } catch (IOException e) {
            // The client has gone, or was meant to be left with less than was announced.
        }
    }

    private Answer nextAnswer(String request) {
        synchronized (answers) {
            for (Map.Entry<String, Deque<Answer>> entry : answers.entrySet()) {
                int space = entry.getKey().lastIndexOf(' ');
                if (request.startsWith(entry.getKey().substring(0, space + 1))
                        && request.endsWith(entry.getKey().substring(space + 1))
                        && !entry.getValue().isEmpty()) {
                    return entry.getValue().removeFirst();
                }
            }
            return null;
        }
    }

    /** What lies under a path of either server. */
    private record Content(HubServer server, String kind, String commit, String name, byte[] bytes) {

        void send(HttpExchange exchange, String path) throws IOException {
            var headers = exchange.getResponseHeaders();
            boolean large = name.endsWith(".safetensors");
            if (!commit.isEmpty()) {
                headers.set("X-Repo-Commit", commit);
            }
            if (kind.equals("resolve") && large) {
                headers.set("X-Linked-Etag", "\"" + sha256(bytes) + "\"");
                headers.set("X-Linked-Size", "" + bytes.length);
                headers.set("ETag", "\"of the redirect\"");
                headers.set(
                        "Location",
                        "http://localhost:" + server.store.getAddress().getPort() + path.replace("/resolve/", "/store/")
                                + "?Expires=1&Signature=%22a%22");
                exchange.sendResponseHeaders(302, -1);
            } else if (kind.equals("resolve") && name.equals("tokenizer.json")) {
                headers.set("Location", "/api/resolve-cache/models" + path.replace("/resolve/", "/") + "?etag=%22x%22");
                exchange.sendResponseHeaders(307, -1);
            } else {
                headers.set("ETag", large ? "\"" + "0".repeat(64) + "\"" : "W/\"" + gitSha1(bytes) + "\"");
                sendBytes(exchange, bytes);
            }
        }
    }

    private Content find(String path) throws IOException {
        String[] parts = path.substring(1).split("/");
        if (path.startsWith("/api/resolve-cache/models/") && parts.length == 7) {
            return file(parts[3] + "/" + parts[4], "cache", parts[5], parts[6]);
        }
        if (path.startsWith("/api/models/") && parts.length == 6) {
            Repository repository = repositories.get(
                    parts[2] + "/" + parts[3] + "@" + URLDecoder.decode(parts[5], StandardCharsets.UTF_8));
            if (repository != null && parts[4].equals("revision")) {
                return new Content(this, "api", "", "", information(parts[2] + "/" + parts[3], repository));
            }
            if (repository != null && parts[4].equals("tree")) {
                return new Content(this, "api", "", "", tree(repository));
            }
        }
        if (parts.length >= 5 && List.of("resolve", "store").contains(parts[2])) {
            String name = String.join("/", Arrays.asList(parts).subList(4, parts.length));
            return file(parts[0] + "/" + parts[1], parts[2], parts[3], name);
        }
        return null;
    }

    /** The real one tells those whom it does not know that a model is not for them, whether there is one or not. */
    private Answer missing(String path) {
        String model = path.replaceFirst("^/api/models/", "/").substring(1).replaceFirst("(?<=/[^/]{0,99})/.*", "");
        boolean known = repositories.keySet().stream().anyMatch(key -> key.startsWith(model + "@"));
        if (!known) {
            return status(401, "X-Error-Code", "RepoNotFound", "X-Error-Message", "Repository not found");
        }
        return status(404, "X-Error-Code", path.contains("/revision/") ? "RevisionNotFound" : "EntryNotFound");
    }

    private Content file(String model, String kind, String revision, String name) {
        Repository repository = repositories.get(model + "@" + revision);
        byte[] bytes = repository == null ? null : repository.files.get(name);
        return bytes == null ? null : new Content(this, kind, repository.commit, name, bytes);
    }

    private static byte[] information(String model, Repository repository) throws IOException {
        return json(Map.of(
                "id",
                model,
                "sha",
                repository.commit,
                "siblings",
                repository.files.keySet().stream()
                        .map(name -> Map.of("rfilename", name))
                        .toList()));
    }

    /** Only Python's library asks for this. */
    private static byte[] tree(Repository repository) throws IOException {
        List<Map<String, Object>> files = new ArrayList<>();
        repository.files.forEach((name, bytes) -> {
            Map<String, Object> file =
                    new TreeMap<>(Map.of("type", "file", "path", name, "size", bytes.length, "oid", gitSha1(bytes)));
            if (name.endsWith(".safetensors")) {
                file.put("lfs", Map.of("oid", sha256(bytes), "size", bytes.length, "pointerSize", 130));
            }
            files.add(file);
        });
        return json(files);
    }

    private static byte[] json(Object value) throws IOException {
        return new ObjectMapper().writeValueAsBytes(value);
    }

    private static int from(HttpExchange exchange, int length) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null
                ? 0
                : Math.min(Integer.parseInt(range.replace("bytes=", "").split("-")[0]), length);
    }

    /** All of it, or the range that was asked for. */
    private static void sendBytes(HttpExchange exchange, byte[] bytes) throws IOException {
        int from = from(exchange, bytes.length);
        boolean isRange = exchange.getRequestHeaders().containsKey("Range");
        if (isRange) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        int status = isRange ? from < bytes.length ? 206 : 416 : 200;
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + bytes.length);
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length == from ? -1 : bytes.length - from);
        if (bytes.length > from) {
            // By pieces: the JDK copies what it is given at once into native memory.
            for (int i = from; i < bytes.length; i += 1 << 16) {
                exchange.getResponseBody().write(bytes, i, Math.min(1 << 16, bytes.length - i));
            }
        }
    }

    /** A status without a body. */
    public static Answer status(int status, String... headers) {
        return (exchange, content) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Bytes in place of the right ones, the way that a range was asked for or not. */
    public static Answer bytes(byte[] bytes) {
        return (exchange, content) -> sendBytes(exchange, bytes);
    }

    /** All of the file, whatever range was asked for. */
    public static Answer whole(byte[] bytes) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** The connection breaks after so many of the announced bytes. */
    public static Answer cutAfter(int bytes) {
        return (exchange, content) -> {
            announce(exchange, content, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** Ends after so many bytes, as if that were all. */
    public static Answer endAfter(int bytes) {
        return (exchange, content) -> {
            announce(exchange, content, 0);
            exchange.getResponseBody().write(content, 0, bytes);
        };
    }

    /** Sends further bytes after the last one. */
    public static Answer more(int bytes) {
        return (exchange, content) -> {
            announce(exchange, content, 0);
            exchange.getResponseBody().write(content);
            exchange.getResponseBody().write(new byte[bytes]);
        };
    }

    /** Sends so many bytes and then nothing, without an end; not even a head if -1. */
    public Answer silentAfter(int bytes) {
        return (exchange, content) -> {
            if (bytes >= 0) {
                announce(exchange, content, content.length);
                OutputStream body = exchange.getResponseBody();
                body.write(content, 0, bytes);
                body.flush();
            }
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** @param length 0 for a length that is not said */
    private static void announce(HttpExchange exchange, byte[] content, int length) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            exchange.sendResponseHeaders(200, length);
        } else {
            int from = Integer.parseInt(range.replace("bytes=", "").split("-")[0]);
            int end = from + content.length;
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + end);
            exchange.sendResponseHeaders(206, length);
        }
    }

    static String sha256(byte[] bytes) {
        return digest("SHA-256", bytes);
    }

    static String gitSha1(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] blob = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, blob, head.length, bytes.length);
        return digest("SHA-1", blob);
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
