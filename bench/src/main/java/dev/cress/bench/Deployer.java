package dev.cress.bench;

import dev.cress.cli.Fleet;
import dev.cress.contract.Api;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Warmup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// Deploys `f0`, `f1` … to a fleet, and deploys the first few again and deletes them, for as long
/// as it is let. Used by one thread at a time.
final class Deployer implements AutoCloseable {
    /// Modules that the functions share.
    private static final int MODULES = 10;

    /// Functions that come and go.
    private static final int CHANGING = 5;

    /// Versions that one of them has before it is deleted: fewer than nodes keep.
    private static final int VERSIONS = 3;

    private static final int ERRORS_FROM = 400;
    private static final Duration ANSWER_MAX = Duration.ofMinutes(3);
    private static final Limits LIMITS = new Limits(0, 0, 16, 0);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI control;
    private final String token;
    private final byte[] guest = Guest.wasm("hello");
    private int modules;
    private int steps;
    private int deploys;
    private int deletes;

    Deployer(Fleet fleet) throws IOException {
        control = fleet.controlUrl();
        token = Files.readString(fleet.operatorTokenFile()).strip();
    }

    int deploys() {
        return deploys;
    }

    int deletes() {
        return deletes;
    }

    /// So many functions, whose modules differ in a mark that nobody reads; returns when all of
    /// them are served.
    void deployAll(int functions) {
        List<Sha256> uploaded = new ArrayList<>();
        for (int i = 0; i < Math.min(MODULES, functions); i++) {
            uploaded.add(upload());
        }
        for (int i = 0; i < functions; i++) {
            deploy("f" + i, uploaded.get(i % uploaded.size()));
        }
    }

    /// One change after the other: a version with a module of its own, and another, and the end.
    void churn(AtomicBoolean going) {
        while (going.get()) {
            String function = "f" + steps / (VERSIONS + 1) % CHANGING;
            if (steps % (VERSIONS + 1) == VERSIONS) {
                send("DELETE", "/v1/functions/" + function, new byte[0]);
                deletes++;
                steps++;
            }
            deploy(function, upload());
            steps++;
        }
    }

    private Sha256 upload() {
        byte[] module = NodeData.marked(guest, "m" + modules++);
        String answer = send("POST", "/v1/modules", module);
        return Json.read(answer, Api.ModuleInfo.class).sha256();
    }

    private void deploy(String function, Sha256 module) {
        var manifest = new Manifest("auto", List.of(), LIMITS, Map.of(), Warmup.DEFAULT);
        var version = new Api.NewVersion(module, manifest, Share.ALL);
        String path = "/v1/functions/" + function;
        send("POST", path + "/versions", Json.write(version).getBytes(StandardCharsets.UTF_8));
        send("GET", path + "/rollout?wait_ms=60000", new byte[0]);
        deploys++;
    }

    private String send(String method, String path, byte[] body) {
        var request =
                HttpRequest.newBuilder(control.resolve(path))
                        .method(method, BodyPublishers.ofByteArray(body))
                        .header("authorization", "Bearer " + token)
                        .timeout(ANSWER_MAX)
                        .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() >= ERRORS_FROM) {
                throw new IllegalStateException("%s %s: %s".formatted(method, path, answer.body()));
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
