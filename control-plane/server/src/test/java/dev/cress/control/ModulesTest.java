package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

class ModulesTest {
    private Path folder = Path.of("");
    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        this.folder = folder;
        plane = Plane.start(folder);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @Test
    void whatWasUploadedComesBackByteByByte() throws IOException, InterruptedException {
        byte[] module = MagicPreparer.module(7, 3_500_000);
        Reply reply = plane.upload(module);
        assertThat(reply.status()).isEqualTo(201);
        var info = reply.as(ModuleInfo.class);
        assertThat(info.sha256()).isEqualTo(Sha256.of(module));
        assertThat(info.bytes()).isEqualTo(module.length);
        assertThat(info.abi()).isEqualTo("wasi-cgi");
        assertThat(reply.headers().firstValue("location")).hasValue("/v1/modules/" + info.sha256());

        var back =
                plane.client()
                        .send(
                                plane.request("/v1/modules/" + info.sha256())
                                        .header("authorization", "Bearer " + plane.token("join"))
                                        .build(),
                                BodyHandlers.ofByteArray());
        assertThat(back.statusCode()).isEqualTo(200);
        assertThat(back.headers().firstValue("content-type")).hasValue("application/wasm");
        assertThat(Arrays.equals(back.body(), module)).isTrue();
        assertThat(plane.get("/v1/modules").json().at("/items/0/sha256").asText())
                .isEqualTo(info.sha256().hex());
    }

    @Test
    void anUploadMaySayWhatItsModuleIsMeantFor() {
        byte[] module = MagicPreparer.module(3, 64);
        assertThat(plane.upload(module).as(ModuleInfo.class).abi()).isEqualTo("wasi-cgi");
        Reply other = plane.post("/v1/modules?abi=extism", BodyPublishers.ofByteArray(module));
        assertThat(other.status()).as("it is stored already").isEqualTo(200);
        assertThat(other.as(ModuleInfo.class).abi()).isEqualTo("extism");
        Reply wrong = plane.post("/v1/modules?abi=http-wasm", BodyPublishers.ofByteArray(module));
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.code()).isEqualTo("unknown-abi");
        Reply unknown = plane.post("/v1/modules?abi=wagi", BodyPublishers.ofByteArray(module));
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.text()).contains("abi = 'wagi' is none of auto, wasi-cgi, http-wasm");
    }

    @Test
    void aModuleThatCanNotBeReadIsAProblemOfItsOwnLength() throws SQLException {
        Sha256 sha256 = plane.module(5);
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                var statement = connection.createStatement()) {
            statement.execute("ALTER TABLE module_chunk RENAME TO elsewhere");
        }
        Reply reply = plane.get("/v1/modules/" + sha256);
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.code()).isEqualTo("internal");
        assertThat(reply.headers().firstValue("content-length"))
                .hasValue(Integer.toString(reply.text().length()));
        assertThat(reply.headers().firstValue("etag")).isEmpty();
    }

    @Test
    void theSameModuleAgainIsNotPreparedAgain() {
        byte[] module = MagicPreparer.module(1, 1000);
        assertThat(plane.upload(module).status()).isEqualTo(201);
        assertThat(plane.upload(module).status()).isEqualTo(200);
        assertThat(plane.preparer.calls).hasValue(1);
    }

    @Test
    void aRefusedModuleLeavesNothing() throws IOException {
        byte[] text = "this is text".getBytes(StandardCharsets.UTF_8);
        Reply reply = plane.upload(text);
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.code()).isEqualTo("not-wasm");
        assertThat(reply.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(plane.get("/v1/modules/" + Sha256.of(text)).code()).isEqualTo("unknown-module");
        assertThat(plane.get("/v1/modules").json().path("items")).isEmpty();
        assertNoUploadsLeft();
    }

    @Test
    void aModuleThatSaysItIsTooLargeIsRefusedBeforeItIsRead() throws IOException {
        Reply reply = plane.upload(new byte[64 << 20]);
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.code()).isEqualTo("request-too-large");
        assertThat(reply.detail()).isEqualTo("module is 64 MiB, at most 50 MiB");
        assertThat(reply.json().path("limit").asText()).isEqualTo("50 MiB");
        assertThat(plane.preparer.calls).hasValue(0);
        assertNoUploadsLeft();
    }

    @Test
    void aModuleThatTurnsOutTooLargeIsRefusedAndLeavesNothing() throws IOException {
        byte[] module = MagicPreparer.module(1, (50 << 20) + 1);
        Reply reply =
                plane.post(
                        "/v1/modules",
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(module)));
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.detail()).isEqualTo("module is 52428801 bytes, at most 50 MiB");
        assertThat(plane.preparer.calls).hasValue(0);
        assertNoUploadsLeft();
        assertThat(plane.module(3)).isNotNull();
    }

    @Test
    void whoeverAsksFirstIsToldWhetherToSend() {
        byte[] small = MagicPreparer.module(1, 1000);
        Reply accepted =
                plane.send(
                        plane.authorised("/v1/modules")
                                .expectContinue(true)
                                .POST(BodyPublishers.ofByteArray(small))
                                .build());
        assertThat(accepted.status()).isEqualTo(201);
        Reply refused =
                plane.send(
                        plane.authorised("/v1/modules")
                                .expectContinue(true)
                                .POST(BodyPublishers.ofByteArray(new byte[64 << 20]))
                                .build());
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.headers().firstValue("connection")).hasValue("close");
    }

    @Test
    void tooManyPreparationsAreRefusedUntilThereIsRoom() {
        int running = 2;
        int queued = 16;
        plane.preparer.may.drainPermits();
        List<CompletableFuture<Reply>> uploads = new ArrayList<>();
        for (int i = 0; i < running + queued; i++) {
            uploads.add(uploading(plane.operator, i));
        }
        await().until(() -> plane.preparer.running.get() == running);
        awaitQueued(queued);
        Reply refused = plane.upload(MagicPreparer.module(99, 64));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("overloaded");
        assertThat(refused.headers().firstValue("retry-after")).isPresent();

        plane.preparer.may.release(1_000);
        assertThat(uploads).allSatisfy(reply -> assertThat(reply.join().status()).isEqualTo(201));
        assertThat(plane.upload(MagicPreparer.module(99, 64)).status()).isEqualTo(201);
    }

    @Test
    void oneTenantsUploadsLeaveAnothersTheirTurn() {
        plane.preparer.may.drainPermits();
        plane.tenant("zeta");
        String deployer = plane.tokenOf("zeta", "deploy");
        List<CompletableFuture<Reply>> uploads = new ArrayList<>();
        for (int i = 0; i < 18; i++) {
            uploads.add(uploading(plane.operator, i));
        }
        awaitQueued(16);
        uploads.add(uploading(deployer, 50));
        awaitQueued(17);
        plane.preparer.may.release(1_000);
        assertThat(uploads).allSatisfy(reply -> assertThat(reply.join().status()).isEqualTo(201));
    }

    @Test
    void whoLeavesWhileItsModuleWaitsGivesUpItsPlace() {
        plane.preparer.may.drainPermits();
        List<CompletableFuture<Reply>> uploads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            uploads.add(uploading(plane.operator, i));
        }
        awaitQueued(2);
        HttpClient impatient = HttpClient.newHttpClient();
        var unheard = uploading(impatient, plane.operator, 50);
        awaitQueued(3);
        impatient.shutdownNow();
        awaitQueued(2);
        assertThat(unheard).isCompletedExceptionally();
        plane.preparer.may.release(1_000);
        assertThat(uploads).allSatisfy(reply -> assertThat(reply.join().status()).isEqualTo(201));
        assertThat(plane.preparer.calls).hasValue(4);
    }

    private CompletableFuture<Reply> uploading(String token, int seed) {
        return uploading(plane.client(), token, seed);
    }

    private CompletableFuture<Reply> uploading(HttpClient client, String token, int seed) {
        var body = BodyPublishers.ofByteArray(MagicPreparer.module(seed, 64));
        return client.sendAsync(
                        plane.request("/v1/modules")
                                .header("authorization", "Bearer " + token)
                                .POST(body)
                                .build(),
                        BodyHandlers.ofString())
                .thenApply(r -> new Reply(r.statusCode(), r.headers(), r.body()));
    }

    private void awaitQueued(int count) {
        await().until(
                        () ->
                                plane.get("/metrics")
                                        .text()
                                        .contains(
                                                "cress_control_preparations_queued %d.0"
                                                        .formatted(count)));
    }

    @Test
    void aFullStoreIsSaidAndNothingIsHalfStored(@TempDir Path small) {
        var limits = ControlPlaneConfig.Caps.DEFAULT;
        var tight =
                new ControlPlaneConfig.Caps(
                        limits.moduleBytesMax(),
                        limits.jsonBytesMax(),
                        2 << 20,
                        limits.nodesMax(),
                        limits.routersMax(),
                        limits.followersMax(),
                        limits.pingEvery());
        try (var full = Plane.start(small, config -> config.withLimits(tight))) {
            byte[] large = MagicPreparer.module(1, 3 << 20);
            Reply reply = full.upload(large);
            assertThat(reply.status()).isEqualTo(507);
            assertThat(reply.code()).isEqualTo("storage-full");
            assertThat(full.get("/v1/modules/" + Sha256.of(large)).status()).isEqualTo(404);
            assertThat(full.upload(MagicPreparer.module(2, 1000)).status()).isEqualTo(201);
        }
    }

    private void assertNoUploadsLeft() throws IOException {
        await().until(
                        () -> {
                            try (var files = Files.list(folder.resolve("uploads"))) {
                                return files.findAny().isEmpty();
                            }
                        });
    }
}
