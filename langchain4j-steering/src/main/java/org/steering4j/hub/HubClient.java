package org.steering4j.hub;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.steering4j.hub.ModelHubException.Problem;

/**
 * Talks to the hub about one model. It follows redirects itself, because the token may go to the hub only, never to the hosts that large files
 * are redirected to. Knows no files on disk. For one thread.
 */
final class HubClient {

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MAXIMUM_REDIRECTS = 5;
    private static final int MAXIMUM_ANSWER_BYTES = 1 << 26;
    /** Such as {@code "resolvers";r=0;t=172}: that many seconds to wait. */
    private static final Pattern RATE_LIMIT = Pattern.compile("\\bt\\s*=\\s*(\\d{1,9})");

    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a revision consists of: the commit that it stands at and the paths of its files, as the hub names them. */
    record Listing(String commit, Set<String> files) {}

    private final URI endpoint;
    private final String token;
    private final ModelName model;
    private final Waiting waiting;
    private final HttpClient http;

    /** @param token null for none */
    HubClient(URI endpoint, String token, ModelName model, Waiting waiting) {
        if (token != null && !TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException(
                    "the hub's token has characters that no token has, such as a blank: copy it again");
        }
        this.endpoint = endpoint;
        this.token = token;
        this.model = model;
        this.waiting = waiting;
        // HTTP/1.1: one request at a time needs no more, and a body that is given up ends its connection only.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(waiting.silence())
                .build();
    }

    /** @throws IllegalArgumentException if the text is no address of a hub */
    static URI endpoint(String text) {
        try {
            URI uri = new URI(text.replaceAll("/+$", ""));
            if (isHttp(uri)
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "the hub's address (HF_ENDPOINT) is \"" + text + "\": expected one such as https://huggingface.co");
    }

    Listing list() throws InterruptedException {
        URI uri = URI.create(endpoint + "/api/models/" + model.id() + "/revision/"
                + URLEncoder.encode(model.revision(), StandardCharsets.UTF_8));
        return Retries.run(waiting, () -> {
            HttpResponse<Body> response = exchange("GET", uri, 0);
            try (Body body = response.body()) {
                requireSuccess(response, "the model's list of files");
                return listing(body.read(MAXIMUM_ANSWER_BYTES));
            } catch (JacksonException e) {
                throw notAHub(uri + " does not give JSON");
            } catch (IOException e) {
                throw broken(uri, e);
            }
        });
    }

    private Listing listing(byte[] answer) throws IOException {
        JsonNode json = MAPPER.readTree(answer);
        String commit = json.path("sha").asText();
        if (!isCommit(commit) || !json.path("siblings").isArray()) {
            throw notAHub("its list of files has no sha and siblings");
        }
        Set<String> files = new LinkedHashSet<>();
        json.path("siblings").forEach(file -> files.add(file.path("rfilename").asText()));
        return new Listing(commit, files);
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** @param name a file's name of a form that we know, nothing that came from elsewhere */
    RemoteFile describe(String commit, String name) throws InterruptedException {
        URI uri = address(commit, name);
        return Retries.run(waiting, () -> {
            HttpResponse<Body> response = exchange("HEAD", uri, 0);
            response.body().close();
            if (!isDescription(response)) {
                requireSuccess(response, name);
            }
            return describe(uri, name, response.headers());
        });
    }

    private RemoteFile describe(URI uri, String name, HttpHeaders headers) {
        String checksum = headers.firstValue("X-Linked-Etag")
                .or(() -> headers.firstValue("ETag"))
                .map(etag -> etag.replaceFirst("^W/", "").replace("\"", ""))
                .orElse("");
        if (!RemoteFile.isChecksum(checksum)) {
            throw notAHub(uri + " comes without a checksum");
        }
        String length = headers.firstValue("X-Linked-Size")
                .or(() -> headers.firstValue("Content-Length"))
                .orElse("");
        return new RemoteFile(name, checksum, LENGTH.matcher(length).matches() ? Long.parseLong(length) : -1);
    }

    /**
     * Asks for a file from a position on; the hub may send all of it nevertheless. The caller closes the body.
     *
     * @return 200, 206 or 416
     */
    HttpResponse<Body> open(String commit, String name, long position) throws TransientFailure, InterruptedException {
        HttpResponse<Body> response = exchange("GET", address(commit, name), position);
        if (response.statusCode() != 416) {
            requireSuccess(response, name);
        }
        return response;
    }

    TransientFailure broken(URI uri, IOException failure) {
        String reason = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return new TransientFailure(
                Problem.UNREACHABLE, "the connection to " + uri.getHost() + " broke: " + reason, null, failure);
    }

    ModelHubException notAHub(String why) {
        return new ModelHubException(
                Problem.NOT_A_HUB,
                "%s does not answer as a model hub does: %s. Look at HF_ENDPOINT, and whether a proxy or a sign-in page stands between"
                        .formatted(endpoint, why));
    }

    private URI address(String commit, String name) {
        return URI.create(endpoint + "/" + model.id() + "/resolve/" + commit + "/" + name);
    }

    /** One request and the redirects that it leads to. */
    private HttpResponse<Body> exchange(String method, URI start, long position)
            throws TransientFailure, InterruptedException {
        URI uri = start;
        for (int redirects = 0; redirects <= MAXIMUM_REDIRECTS; redirects++) {
            HttpResponse<Body> response = send(method, uri, position);
            Optional<String> location = response.headers().firstValue("Location");
            if (!REDIRECTS.contains(response.statusCode())
                    || location.isEmpty()
                    || method.equals("HEAD") && isDescription(response)) {
                return response;
            }
            response.body().close();
            uri = redirect(uri, location.get());
        }
        throw notAHub(start + " redirects more than " + MAXIMUM_REDIRECTS + " times");
    }

    /** What a large file is like is said by the redirect to it, not by the host where it lies. */
    private static boolean isDescription(HttpResponse<?> response) {
        return REDIRECTS.contains(response.statusCode())
                && response.headers().firstValue("X-Linked-Etag").isPresent()
                && response.headers().firstValue("X-Linked-Size").isPresent();
    }

    private URI redirect(URI from, String location) {
        try {
            URI to = from.resolve(new URI(location));
            if (isHttp(to)
                    && (to.getScheme().equalsIgnoreCase("https")
                            || !from.getScheme().equalsIgnoreCase("https"))) {
                return to;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw notAHub(from + " redirects to " + location);
    }

    private static boolean isHttp(URI uri) {
        return uri.getHost() != null
                && uri.getScheme() != null
                && Set.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT));
    }

    private HttpResponse<Body> send(String method, URI uri, long position)
            throws TransientFailure, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(waiting.silence())
                .header("User-Agent", "langchain4j-steering")
                .header("Accept-Encoding", "identity");
        if (position > 0) {
            request.header("Range", "bytes=" + position + "-");
        }
        if (token != null && isHub(uri)) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.build(), head -> new Body(waiting.silence()));
        } catch (ConnectException e) {
            throw new TransientFailure(
                    Problem.UNREACHABLE, "there is no connection to " + uri.getHost() + reason(e), null, e);
        } catch (SSLHandshakeException e) {
            throw new ModelHubException(
                    Problem.UNREACHABLE,
                    "the certificate of %s is not trusted by this Java (%s): behind a proxy that has one of its own, name the certificates to trust with -Djavax.net.ssl.trustStore=..."
                            .formatted(uri.getHost(), e.getMessage()),
                    e);
        } catch (IOException e) {
            throw broken(uri, e);
        }
    }

    /** Of an unknown host, the JDK's message is null. */
    private static String reason(IOException e) {
        return e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
    }

    /** Same scheme, host and port. */
    private boolean isHub(URI uri) {
        return uri.getScheme().equalsIgnoreCase(endpoint.getScheme())
                && uri.getHost().equalsIgnoreCase(endpoint.getHost())
                && port(uri) == port(endpoint);
    }

    private static int port(URI uri) {
        int standard = uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        return uri.getPort() < 0 ? standard : uri.getPort();
    }

    private void requireSuccess(HttpResponse<Body> response, String what) throws TransientFailure {
        int status = response.statusCode();
        if (status == 200 || status == 206) {
            return;
        }
        response.body().close();
        URI uri = response.uri();
        String answer = "%s answers %d".formatted(uri.getHost(), status);
        Duration wait = requestedWait(response.headers());
        if (status == 429) {
            String asked = wait == null ? "" : " and asks to wait " + wait.toSeconds() + " s";
            throw new TransientFailure(Problem.TOO_MANY_REQUESTS, answer + " (too many requests)" + asked, wait, null);
        }
        // Where large files lie, a link has been given; what has expired is given anew.
        if (status == 408 || status >= 500 || !isHub(uri)) {
            throw new TransientFailure(Problem.UNREACHABLE, answer, wait, null);
        }
        throw refusal(response, what);
    }

    private ModelHubException refusal(HttpResponse<Body> response, String what) {
        int status = response.statusCode();
        String code = response.headers().firstValue("X-Error-Code").orElse("");
        String message = response.headers().firstValue("X-Error-Message").orElse("");
        String page = endpoint + "/" + model.id();
        if (code.equals("GatedRepo")) {
            return new ModelHubException(
                    Problem.NO_ACCESS,
                    "%s is given to those only who have accepted its licence: accept it at %s, then set HF_TOKEN to a token of yours (%s/settings/tokens)%s"
                            .formatted(model.id(), page, endpoint, said(message)));
        }
        if (code.equals("RevisionNotFound")) {
            return new ModelHubException(
                    Problem.NOT_FOUND,
                    "%s has no revision %s: choose one from %s".formatted(model.id(), model.revision(), page));
        }
        if (code.equals("EntryNotFound")) {
            return notAHub(what + " is in its list of files, but is not there");
        }
        if (status == 404 || code.equals("RepoNotFound") || status == 401 && token == null) {
            return new ModelHubException(
                    Problem.NOT_FOUND,
                    "there is no model %s at %s, or it is not for everybody (HTTP %d): is the name right? If it is private or gated, accept its licence at %s and set HF_TOKEN"
                            .formatted(model.id(), endpoint, status, page));
        }
        if (status == 401 || status == 403) {
            return new ModelHubException(
                    Problem.NO_ACCESS,
                    "%s does not let this token have %s (HTTP %d%s): look whether the token is right and may read the model (%s/settings/tokens), and whether the model's licence is to be accepted at %s"
                            .formatted(endpoint, model.id(), status, said(message), endpoint, page));
        }
        return notAHub("it answers " + status + " for " + what + said(message));
    }

    private static String said(String message) {
        return message.isEmpty() ? "" : ", it says: " + message;
    }

    /** As the headers Retry-After or RateLimit ask; null if they do not. */
    private Duration requestedWait(HttpHeaders headers) {
        String retryAfter = headers.firstValue("Retry-After").orElse("").strip();
        if (SECONDS.matcher(retryAfter).matches()) {
            return Duration.ofSeconds(Long.parseLong(retryAfter));
        }
        try {
            ZonedDateTime date = ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration wait = Duration.between(waiting.clock().instant(), date.toInstant());
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            Matcher rateLimit =
                    RATE_LIMIT.matcher(headers.firstValue("RateLimit").orElse(""));
            return rateLimit.find() ? Duration.ofSeconds(Long.parseLong(rateLimit.group(1))) : null;
        }
    }
}
