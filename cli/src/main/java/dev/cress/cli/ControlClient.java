package dev.cress.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;

import dev.cress.contract.Api;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogLevel;
import dev.cress.contract.Manifest;
import dev.cress.contract.Problem;
import dev.cress.contract.TenantName;
import dev.cress.contract.Trust;
import dev.cress.contract.Version;
import dev.cress.identity.FleetIdentity;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

/// Speaks with a control plane for the commands. A refusal becomes a [CliException] with the
/// control plane's own words, an answer that gets lost is asked for again.
final class ControlClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /// A module is prepared before it is answered.
    private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(3);

    /// A request that got no answer is sent again: it is made once, since it changes nothing or
    /// carries a key, or its content is its name.
    static final int ATTEMPTS_MAX = 5;

    /// Before the second attempt, doubled before each that follows: 3.75 s all in all, in which a
    /// control plane starts anew.
    private static final Duration PAUSE = Duration.ofMillis(250);

    /// Refusals that ask for another attempt: the first may have been successful.
    private static final Set<String> AGAIN = Set.of("key-in-use", "unsure");

    /// Pages of one list that are followed: more than any list of a control plane has.
    private static final int PAGES_MAX = 100;

    /// Bytes of a problem.
    private static final int PROBLEM_BYTES_MAX = 64 * 1024;

    private static final TypeReference<Api.Page<Api.TokenInfo>> TOKENS = new TypeReference<>() {};
    private static final TypeReference<Api.Page<Version>> VERSIONS = new TypeReference<>() {};

    private final HttpClient http;
    private final URI control;
    private final Trust trust;
    private final String token;
    private final String tokenOrigin;
    private final Optional<TenantName> tenant;

    /// @param tokenOrigin where the token was looked for, in words, for a 401
    ControlClient(URI control, String token, String tokenOrigin) {
        this(control, new Trust(null, List.of()), token, tokenOrigin);
    }

    /// @param trust by what it is known, if it speaks TLS
    /// @param tokenOrigin where the token was looked for, in words, for a 401
    ControlClient(URI control, Trust trust, String token, String tokenOrigin) {
        this(control, trust, token, tokenOrigin, Optional.empty());
    }

    private ControlClient(
            URI control,
            Trust trust,
            String token,
            String tokenOrigin,
            Optional<TenantName> tenant) {
        this.control = control;
        this.trust = trust;
        var builder = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT);
        if (control.getScheme().equals("https")) {
            builder.sslContext(FleetIdentity.anonymous(trust));
        }
        http = builder.build();
        this.token = token;
        this.tokenOrigin = tokenOrigin;
        this.tenant = tenant;
    }

    /// The same, acting for this tenant, if one is named.
    ControlClient of(Optional<TenantName> whose) {
        return new ControlClient(control, trust, token, tokenOrigin, whose);
    }

    static ControlClient withTokenFile(URI control, Path file) {
        return withTokenFile(control, new Trust(null, List.of()), file);
    }

    static ControlClient withTokenFile(URI control, Trust trust, Path file) {
        try {
            String secret = Files.readString(file).strip();
            return new ControlClient(control, trust, secret, file.toString());
        } catch (IOException e) {
            throw new CliException("token file %s can't be read: %s".formatted(file, e));
        }
    }

    URI control() {
        return control;
    }

    /// @param abi the entry convention that it is meant for, or [Manifest#AUTO]
    Api.ModuleInfo upload(byte[] module, String abi) {
        return send(
                "POST",
                "/v1/modules?abi=" + abi,
                BodyPublishers.ofByteArray(module),
                "application/wasm",
                Api.ModuleInfo.class);
    }

    Api.BundleInfo uploadAssets(Path archive) throws FileNotFoundException {
        return send(
                "POST",
                "/v1/assets",
                BodyPublishers.ofFile(archive),
                "application/zip",
                Api.BundleInfo.class);
    }

    /// A new version with this share of the traffic, or by this plan; if that can't be, nothing is
    /// kept of it.
    Api.VersionCreated release(FunctionName name, Api.NewVersion version) {
        return post(function(name) + "/versions", version, Api.VersionCreated.class);
    }

    Api.Applied apply(Api.Plan plan) {
        return post("/v1/apply", plan, Api.Applied.class);
    }

    Api.Deployed deploy(FunctionName name, int version, int basisPoints) {
        return deploy(name, new Api.NewDeployment(version, basisPoints));
    }

    Api.Deployed deploy(FunctionName name, Api.NewDeployment asked) {
        return post(function(name) + "/deployments", asked, Api.Deployed.class);
    }

    Api.Deployed rollback(FunctionName name, @Nullable Integer version) {
        return post(function(name) + "/rollback", new Api.Rollback(version), Api.Deployed.class);
    }

    Api.Rollout rollout(FunctionName name, int deployment, Duration wait) {
        return get(
                "%s/rollout?deployment=%d&wait_ms=%d"
                        .formatted(function(name), deployment, wait.toMillis()),
                Api.Rollout.class);
    }

    Api.FunctionInfo function(String name) {
        return get(function(new FunctionName(name)), Api.FunctionInfo.class);
    }

    List<Version> versions(FunctionName name) {
        return list(function(name) + "/versions", VERSIONS);
    }

    Api.Deleted delete(FunctionName name) {
        return send("DELETE", function(name), BodyPublishers.noBody(), "", Api.Deleted.class);
    }

    FleetStatus status() {
        return get("/v1/status", FleetStatus.class);
    }

    /// @param expiresInS s from now on that it is good for, or null for ever
    Api.TokenCreated createToken(String name, String scope, @Nullable Long expiresInS) {
        return post(
                "/v1/tokens",
                new Api.NewToken(name, scope, tenant.orElse(null), expiresInS),
                Api.TokenCreated.class);
    }

    List<Api.TokenInfo> tokens() {
        return list("/v1/tokens", TOKENS);
    }

    void revokeToken(String id) {
        send("DELETE", "/v1/tokens/" + id);
    }

    /// What operators do beside functions.
    FleetClient fleet() {
        return new FleetClient(this);
    }

    /// The function's log as it comes, one JSON object a line; blank lines say that it is alive.
    InputStream logs(FunctionName name, int backlog, boolean follow, LogLevel level) {
        String path =
                "%s/logs?backlog=%d&follow=%s&level=%s"
                        .formatted(function(name), backlog, follow, level.text());
        return exchange("GET", path, BodyPublishers.noBody(), "", null).body();
    }

    private static String function(FunctionName name) {
        return "/v1/functions/" + name;
    }

    <T> T get(String path, Class<T> type) {
        return send("GET", path, BodyPublishers.noBody(), "", type);
    }

    /// All pages of a list.
    <T> List<T> list(String path, TypeReference<Api.Page<T>> type) {
        var all = new ArrayList<T>();
        Optional<String> at = Optional.of(path + "?limit=" + Api.LIST_MAX);
        for (int page = 0; at.isPresent() && page < PAGES_MAX; page++) {
            var answer = exchange("GET", at.get(), BodyPublishers.noBody(), "", ANSWER_TIMEOUT);
            all.addAll(read(answer.body(), body -> Json.LENIENT.readValue(body, type)).items());
            at = answer.next();
        }
        return all;
    }

    <T> T post(String path, Object body, Class<T> type) {
        return send(
                "POST", path, BodyPublishers.ofString(Json.write(body)), "application/json", type);
    }

    /// The first page of a list.
    <T> List<T> page(String path, TypeReference<Api.Page<T>> type) {
        var answer = exchange("GET", path, BodyPublishers.noBody(), "", ANSWER_TIMEOUT);
        return read(answer.body(), body -> Json.LENIENT.readValue(body, type)).items();
    }

    /// Without a body, for an answer that says nothing.
    void send(String method, String path) {
        exchange(method, path, BodyPublishers.noBody(), "", ANSWER_TIMEOUT);
    }

    <T> T send(String method, String path, BodyPublisher body, String contentType, Class<T> type) {
        return read(
                exchange(method, path, body, contentType, ANSWER_TIMEOUT).body(),
                answer -> Json.LENIENT.readValue(answer, type));
    }

    /// An answer that isn't a refusal.
    ///
    /// @param next where the list goes on, if it is part of one (RFC 8288)
    record Answer(InputStream body, Optional<String> next) {
        private static final Pattern NEXT = Pattern.compile("<(/v1/[^>]+)>; rel=\"next\"");

        /// @param whole whether to read all of it now
        static Answer of(HttpResponse<InputStream> answer, boolean whole) throws IOException {
            Optional<String> next =
                    answer.headers()
                            .firstValue("link")
                            .map(NEXT::matcher)
                            .filter(Matcher::matches)
                            .map(link -> link.group(1));
            if (!whole) {
                return new Answer(answer.body(), next);
            }
            try (InputStream body = answer.body()) {
                return new Answer(new ByteArrayInputStream(body.readAllBytes()), next);
            }
        }
    }

    private interface Reader<T> {
        T read(InputStream answer) throws IOException;
    }

    private <T> T read(InputStream answer, Reader<T> reader) {
        try (InputStream body = answer) {
            return reader.read(body);
        } catch (IOException e) {
            throw new CliException(
                    "the answer of %s can't be read: %s".formatted(control, e.getMessage()));
        }
    }

    /// @param timeout for the whole answer, or null for one that goes on
    private Answer exchange(
            String method,
            String path,
            BodyPublisher body,
            String contentType,
            @Nullable Duration timeout) {
        var request =
                HttpRequest.newBuilder(control.resolve(forTenant(path)))
                        .method(method, body)
                        .header("authorization", "Bearer " + token);
        if (timeout != null) {
            request.timeout(timeout);
        }
        if (!contentType.isEmpty()) {
            request.header("content-type", contentType);
        }
        if (!method.equals("GET")) {
            request.header("idempotency-key", '"' + UUID.randomUUID().toString() + '"');
        }
        try {
            return attempts(request.build());
        } catch (ConnectException e) {
            throw new CliException(
                    "no control plane answers at %s: is it running (cress up), or is it elsewhere (--control URL)?"
                            .formatted(control));
        } catch (SSLException e) {
            throw new CliException(
                    "control plane %s isn't known: %s; say with --ca by what it is"
                            .formatted(control, e.getMessage()));
        } catch (IOException e) {
            throw new CliException("control plane %s: %s".formatted(control, e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }

    /// A link to the next page says already whose list it is.
    private String forTenant(String path) {
        return tenant.isEmpty() || path.contains("tenant=")
                ? path
                : path + (path.contains("?") ? "&" : "?") + "tenant=" + tenant.get();
    }

    private Answer attempts(HttpRequest request) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                var answer = http.send(request, BodyHandlers.ofInputStream());
                if (answer.statusCode() < 400) {
                    return Answer.of(answer, request.timeout().isPresent());
                }
                Problem problem = problem(answer);
                if (attempt == ATTEMPTS_MAX || !AGAIN.contains(problem.code())) {
                    throw refused(problem);
                }
            } catch (IOException e) {
                boolean down =
                        (attempt == 1 && e instanceof ConnectException)
                                || e instanceof SSLException;
                if (down || e instanceof HttpTimeoutException || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
            Thread.sleep(PAUSE.multipliedBy(1L << (attempt - 1)));
        }
    }

    private Problem problem(HttpResponse<InputStream> answer) throws IOException {
        try (InputStream body = answer.body()) {
            return Json.LENIENT.readValue(body.readNBytes(PROBLEM_BYTES_MAX), Problem.class);
        } catch (JsonProcessingException e) {
            int status = answer.statusCode();
            String words = "%s answered %d".formatted(control, status);
            return Problem.of(status, "", words, words);
        }
    }

    private CliException refused(Problem problem) {
        String detail = problem.detail() == null ? problem.title() : problem.detail();
        return problem.status() == 401
                ? new CliException("%s (looked for a token: %s)".formatted(detail, tokenOrigin))
                : CliException.refused(detail, problem.code());
    }
}
