package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.TokenCreated;
import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/// A change that is asked for under a key is made once. Rolling back shows it best: done twice, it
/// goes forward again.
@Timeout(60)
@ParameterizedClass
@EnumSource(Engine.class)
class IdempotencyTest {
    private static final String ROLLBACK = "/v1/functions/hello/rollback";
    private static final String DEPLOYMENTS = "/v1/functions/hello/deployments";

    @TempDir Path folder = Path.of("");
    @TempDir Path later = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private String url;
    private Plane plane;

    @BeforeEach
    void start() {
        url =
                engine == Engine.POSTGRESQL
                        ? Engine.freshUrl()
                        : "jdbc:sqlite:" + folder + "/store.db";
        plane = start(folder);
        plane.deployed("hello", 1);
        plane.deployed("hello", 2);
    }

    private Plane start(Path data) {
        return Plane.start(
                data, config -> engine == Engine.POSTGRESQL ? config.withStore(url) : config);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private HttpRequest request(String path, String key, String body) {
        return plane.authorised(path)
                .header("idempotency-key", key)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private Reply post(String path, String key, String body) {
        return plane.send(request(path, key, body));
    }

    private int deployments() {
        return plane.get(DEPLOYMENTS).json().path("items").size();
    }

    private void change(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void assertSame(Reply again, Reply first) {
        assertThat(first.status()).as(first.text()).isLessThan(300);
        assertThat(again.status()).as(again.text()).isEqualTo(first.status());
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.headers().firstValue("location"))
                .isEqualTo(first.headers().firstValue("location"));
    }

    @Test
    void whatIsSentAgainGetsTheFirstAnswerAndChangesNothing() {
        assertSame(post(ROLLBACK, "\"a\"", ""), post(ROLLBACK, "a", ""));
        assertThat(deployments()).isEqualTo(3);
        post(ROLLBACK, "b", "");
        assertThat(deployments()).isEqualTo(4);
        String version = "{\"module\":\"" + plane.module(3) + "\",\"basis_points\":10000}";
        String versions = "/v1/functions/hello/versions";
        Reply made = post(versions, "c", version);
        assertThat(made.status()).isEqualTo(201);
        assertSame(post(versions, "c", version), made);
        var delete =
                plane.authorised("/v1/functions/hello")
                        .header("idempotency-key", "d")
                        .DELETE()
                        .build();
        assertSame(plane.send(delete), plane.send(delete));
    }

    @Test
    void aTokenIsMadeOnceAndItsSecretIsStoredNowhere() throws SQLException {
        String body = "{\"name\":\"ci\",\"scope\":\"deploy\"}";
        Reply made = post("/v1/tokens", "a", body);
        assertSame(post("/v1/tokens", "a", body), made);
        String secret = made.as(TokenCreated.class).token();
        assertThat(plane.getAs(secret, "/v1/functions").status()).isEqualTo(200);
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT sealed FROM answer")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isBase64().doesNotContain(secret);
            assertThat(
                            new String(
                                    java.util.Base64.getDecoder().decode(rows.getString(1)),
                                    StandardCharsets.ISO_8859_1))
                    .doesNotContain(secret);
        }
    }

    @Test
    void anAnswerThatGotLostCanBeHadAgain() throws IOException {
        var head =
                "POST %s HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\nidempotency-key: lost\r\ncontent-length: 0\r\n\r\n"
                        .formatted(ROLLBACK, plane.operator);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), plane.control.port())) {
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            await().until(() -> deployments() == 3);
        }
        Reply again = post(ROLLBACK, "lost", "");
        assertThat(again.json().at("/deployment/id").asInt()).isEqualTo(3);
        assertThat(deployments()).isEqualTo(3);
    }

    /// The server's files as a crash would leave them, or the database after a server that is gone.
    @Test
    void anAnswerOutlivesItsServer() throws IOException {
        Reply first = post(ROLLBACK, "a", "");
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, later.resolve(file.getFileName().toString()));
            }
        }
        try (var next = start(later)) {
            var again =
                    next.request(ROLLBACK)
                            .header("authorization", "Bearer " + plane.operator)
                            .header("idempotency-key", "a")
                            .POST(BodyPublishers.noBody())
                            .build();
            assertSame(next.send(again), first);
            assertThat(next.get(DEPLOYMENTS).json().path("items")).hasSize(3);
        }
    }

    @Test
    void aKeyNamesOneRequestOfOneToken() {
        Reply first = post(ROLLBACK, "a", "");
        Reply other = post(ROLLBACK, "a", "{\"version\":2}");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("key-reused");
        assertThat(deployments()).isEqualTo(3);
        var deployer = plane.token("deploy");
        var theirs =
                plane.request(ROLLBACK)
                        .header("authorization", "Bearer " + deployer)
                        .header("idempotency-key", "a")
                        .POST(BodyPublishers.noBody())
                        .build();
        assertThat(plane.send(theirs).text()).isNotEqualTo(first.text());
        assertThat(deployments()).isEqualTo(4);
    }

    @Test
    void whatWasRefusedIsNotRemembered() {
        String deployment = "{\"version\":3,\"basis_points\":10000}";
        assertThat(post(DEPLOYMENTS, "a", deployment).status()).isEqualTo(404);
        plane.version("hello", 3);
        assertThat(post(DEPLOYMENTS, "a", deployment).status()).isEqualTo(201);
    }

    @Test
    void whileARequestIsUnderWayItsKeyIsInUse() throws Exception {
        CompletableFuture<HttpResponse<String>> one;
        CompletableFuture<HttpResponse<String>> other;
        CompletableFuture<Object> sooner;
        try (Connection held = DriverManager.getConnection(url);
                var statement = held.createStatement()) {
            statement.execute(engine == Engine.POSTGRESQL ? "BEGIN" : "BEGIN IMMEDIATE");
            if (engine == Engine.POSTGRESQL) {
                statement.execute("SELECT number FROM head WHERE name = 'log' FOR UPDATE");
            }
            one = plane.client().sendAsync(request(ROLLBACK, "a", ""), BodyHandlers.ofString());
            other = plane.client().sendAsync(request(ROLLBACK, "a", ""), BodyHandlers.ofString());
            sooner = CompletableFuture.anyOf(one, other);
            assertThat(((HttpResponse<?>) sooner.get()).statusCode()).isEqualTo(409);
            statement.execute("ROLLBACK");
        }
        assertThat(one.get().statusCode() + other.get().statusCode()).isEqualTo(200 + 409);
        String refused = (one.get().statusCode() == 409 ? one : other).get().body();
        assertThat(refused).contains("key-in-use");
        assertThat(deployments()).isEqualTo(3);
        assertThat(post(ROLLBACK, "a", "").status()).isEqualTo(200);
        assertThat(deployments()).isEqualTo(3);
    }

    @Test
    void anAnswerIsKeptForADay() throws SQLException {
        post(ROLLBACK, "a", "");
        change("UPDATE answer SET at_ms = at_ms - 86340000");
        post(ROLLBACK, "a", "");
        assertThat(deployments()).isEqualTo(3);
        change("UPDATE answer SET at_ms = at_ms - 60001");
        post(ROLLBACK, "a", "{\"version\":2}");
        assertThat(deployments()).isEqualTo(4);
        change("UPDATE answer SET at_ms = at_ms - 86400001");
        post(ROLLBACK, "b", "");
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM answer")) {
            rows.next();
            assertThat(rows.getInt(1)).isEqualTo(1);
        }
    }

    @Test
    void aTokenHasSoManyKeysAndNoMore() throws SQLException {
        post(ROLLBACK, "first", "");
        change(
                """
                WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 9999)
                INSERT INTO answer (token, name, request, sealed, at_ms)
                SELECT token, 'key-' || n, request, sealed, at_ms FROM many CROSS JOIN answer\
                """);
        Reply reply = post(ROLLBACK, "more", "");
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("too-many-keys");
        assertThat(reply.detail()).contains("10000 idempotency keys within 24 hours");
        assertThat(Long.parseLong(reply.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(86_000L, 86_400L);
        assertThat(deployments()).isEqualTo(3);
        assertThat(post(ROLLBACK, "first", "").status()).isEqualTo(200);
    }

    @Test
    void aKeyHasAShape() {
        for (String key : new String[] {"", "\"\"", "a b", "a\"b", "x".repeat(256)}) {
            Reply reply = post(ROLLBACK, key, "");
            assertThat(reply.status()).as(key).isEqualTo(400);
            assertThat(reply.detail()).contains("idempotency-key", "255");
        }
        assertThat(post(ROLLBACK, "x".repeat(255), "").status()).isEqualTo(200);
    }
}
