package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

class BadInputTest {
    private static final String HELLO = "/v1/functions/hello";

    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private static void assertProblem(Reply reply, int status, String code, String... words) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.json().path("status").asInt()).isEqualTo(status);
        assertThat(reply.detail()).isNotBlank();
        for (String word : words) {
            assertThat(reply.detail()).contains(word);
        }
    }

    @Test
    void namesThatAreNoDnsLabels() {
        for (String name : new String[] {"Hello", "-a", "a--b", "a_b", "1a", "a".repeat(41)}) {
            assertProblem(plane.get("/v1/functions/" + name), 400, "invalid-name");
        }
        assertProblem(plane.get("/v1/functions/a%2Fb"), 400, "invalid-name", "a%2Fb");
        assertProblem(plane.get("/v1/modules/123"), 400, "invalid-digest", "123");
    }

    @Test
    void whatDoesNotExist() {
        assertProblem(plane.get(HELLO), 404, "unknown-function", "hello");
        assertProblem(plane.get(HELLO + "/versions"), 404, "unknown-function");
        assertProblem(plane.get(HELLO + "/deployments"), 404, "unknown-function");
        assertProblem(plane.get(HELLO + "/rollout"), 404, "unknown-function");
        assertProblem(plane.get(HELLO + "/logs"), 404, "unknown-function");
        assertProblem(plane.post(HELLO + "/rollback", ""), 404, "unknown-function");
        String digest = "0".repeat(64);
        assertProblem(plane.get("/v1/modules/" + digest), 404, "unknown-module", digest);
        assertProblem(
                plane.post(HELLO + "/versions", "{\"module\":\"" + digest + "\"}"),
                404,
                "unknown-module",
                digest);
        assertThat(plane.get("/v1/functions").json().path("items")).isEmpty();

        plane.version("hello", 1);
        plane.version("hello", 2);
        assertProblem(
                plane.postDeployment("hello", 7, 10_000),
                404,
                "unknown-version",
                "hello has no version 7: its newest are 2, 1");
        assertProblem(plane.get(HELLO + "/rollout"), 404, "unknown-deployment");
        plane.deploy("hello", 1, 10_000);
        assertProblem(
                plane.get(HELLO + "/rollout?deployment=5"), 404, "unknown-deployment", "5", "1");
        assertProblem(plane.delete("/v1/tokens/none"), 404, "unknown-token", "none");
        assertProblem(plane.delete("/v1/nodes/none"), 404, "unknown-node", "none");
        assertProblem(plane.get("/v1/sync/node"), 426, "upgrade-required");
        assertProblem(plane.get("/v1/nothing"), 404, "no-endpoint", "/v1/nothing");
    }

    @Test
    void theWrongMethodNamesTheRightOnes() {
        Reply reply = plane.delete("/v1/modules");
        assertProblem(reply, 405, "wrong-method", "GET, POST");
        assertThat(reply.headers().firstValue("allow")).hasValue("GET, POST");
    }

    @Test
    void bodiesThatCanNotBeRead() {
        plane.version("hello", 1);
        String path = HELLO + "/deployments";
        assertProblem(plane.post(path, "{"), 400, "invalid-json", "line 1");
        assertProblem(plane.post(path, ""), 400, "invalid-json");
        assertProblem(plane.post(path, "null"), 400, "invalid-json");
        assertProblem(plane.post(path, "{} x"), 400, "invalid-json");
        assertProblem(plane.post(path, "{\"version\":\"a\"}"), 400, "invalid-value", "version");
        assertProblem(plane.post(path, "{\"share\":1}"), 400, "unknown-key", "share", "version");
        assertProblem(plane.post(HELLO + "/versions", "{}"), 400, "missing-key", "module");
        String module = "{\"module\":\"" + plane.module(1) + "\",\"manifest\":";
        assertProblem(
                plane.post(HELLO + "/versions", module + "{\"limits\":{\"cpu\":1}}}"),
                400,
                "unknown-key",
                "manifest.limits.cpu");
        assertProblem(
                plane.post(HELLO + "/versions", module + "{\"route\":[{\"host\":\"a b\"}]}}"),
                400,
                "invalid-route",
                "a b");
        assertProblem(plane.post("/v1/tokens", "{}"), 400, "missing-key", "name");
        assertProblem(
                plane.post("/v1/tokens", "{\"name\":\"x\",\"scope\":\"root\"}"),
                400,
                "invalid-scope",
                "root",
                "operator");
    }

    @Test
    void bodiesThatAreTooLarge() {
        byte[] large = " ".repeat((1 << 20) + 1).getBytes(StandardCharsets.UTF_8);
        String path = "/v1/tokens";
        assertProblem(
                plane.post(path, BodyPublishers.ofByteArray(large)),
                413,
                "request-too-large",
                "body is 1048577 bytes, at most 1048576 bytes");
        assertProblem(
                plane.post(
                        path, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))),
                413,
                "request-too-large",
                "at most 1048576 bytes");
        assertThat(plane.get("/v1/status").status()).isEqualTo(200);
    }

    @Test
    void linesAndHeadersThatAreTooLarge() {
        assertProblem(
                plane.get("/v1/functions/" + "x".repeat(9_000)),
                414,
                "request-too-large",
                "request line",
                "8192 bytes");
        var padded = plane.authorised("/v1/status").header("x-padding", "x".repeat(40_000)).build();
        assertProblem(plane.send(padded), 431, "request-too-large", "headers", "32768 bytes");
    }

    @Test
    void queriesThatAreOutOfRange() {
        plane.deployed("hello", 1);
        assertProblem(plane.get(HELLO + "/rollout?wait_ms=60001"), 400, "invalid-value", "60000");
        assertProblem(plane.get(HELLO + "/rollout?deployment=x"), 400, "invalid-value", "x");
        assertProblem(plane.get(HELLO + "/logs?follow=maybe"), 400, "invalid-value", "maybe");
        assertProblem(plane.get(HELLO + "/logs?backlog=-1"), 400, "invalid-value", "-1");
    }
}
