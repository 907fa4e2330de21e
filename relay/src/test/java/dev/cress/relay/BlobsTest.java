package dev.cress.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.RelayFrame;
import dev.cress.contract.Sha256;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// Files that nodes get from a relay.
@Timeout(60)
class BlobsTest {
    @TempDir private Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private FakeControl control;
    private Relay relay;
    private StubNode node;

    @BeforeEach
    void start() {
        control = new FakeControl();
        startRelay(RelayConfig.BLOB_BYTES_MIN);
    }

    /// With a node that the control plane has let in.
    private void startRelay(long bytesMax) {
        int before = control.said(RelayFrame.Opened.class).size();
        relay =
                Relay.start(
                        RelayConfig.of("r1", control.url(), "relays", folder.resolve("relay"))
                                .withBlobBytesMax(bytesMax));
        await().until(relay::isConnected);
        node = new StubNode(relay, "node");
        control.welcome(control.opened(before + 1));
        await().until(() -> !node.messages.isEmpty());
    }

    private void stopRelay() {
        node.close();
        relay.close();
    }

    @AfterEach
    void stop() {
        stopRelay();
        control.close();
        http.close();
    }

    private static byte[] bytes(int seed, int count) {
        byte[] made = new byte[count];
        new Random(seed).nextBytes(made);
        return made;
    }

    private HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + relay.port() + path))
                .header("authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> get(Sha256 sha256, String... headers)
            throws IOException, InterruptedException {
        var request = request("/v1/modules/" + sha256.hex(), "node");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private Path kept(Sha256 sha256) {
        return folder.resolve("relay/blobs").resolve(sha256.hex());
    }

    @Test
    void aFileIsFetchedOnceForAllWhoAskForIt() throws Exception {
        byte[] bytes = bytes(1, 300_000);
        var sha256 = control.file(bytes);
        control.holds = true;
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(
                    http.sendAsync(
                            request("/v1/modules/" + sha256.hex(), "node").build(),
                            BodyHandlers.ofByteArray()));
        }
        await().until(() -> !control.asked.isEmpty());
        control.holds = false;
        for (var answer : answers) {
            assertThat(answer.join().body()).isEqualTo(bytes);
        }
        assertThat(get(sha256).body()).isEqualTo(bytes);
        assertThat(control.asked).hasSize(1);
    }

    @Test
    void aDownloadThatIsCutGoesOnWhereItWas() throws Exception {
        byte[] bytes = bytes(2, 2_000_000);
        var sha256 = control.file(bytes);
        control.cutAfter = 700_000;
        assertThat(get(sha256).body()).isEqualTo(bytes);
        assertThat(control.asked).hasSize(2);
        assertThat(control.asked.get(1)).matches(".* bytes=[1-9]\\d*-");
    }

    @Test
    void whatIsNotWhatItsDigestSaysIsNotGivenOut() throws Exception {
        byte[] bytes = bytes(3, 1_000);
        var sha256 = control.file(bytes);
        byte[] forged = bytes.clone();
        forged[500]++;
        control.files.put("/v1/modules/" + sha256.hex(), forged);
        var answer = get(sha256);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("wrong-digest");
        assertThat(kept(sha256)).doesNotExist();
        control.file(bytes);
        assertThat(get(sha256).body()).isEqualTo(bytes);
    }

    @Test
    void aFileThatSpoiltOnTheDiskIsFetchedAnew() throws Exception {
        byte[] bytes = bytes(4, 1_000);
        var sha256 = control.file(bytes);
        get(sha256);
        byte[] spoilt = bytes.clone();
        spoilt[0]++;
        Files.write(kept(sha256), spoilt);
        Files.setLastModifiedTime(kept(sha256), FileTime.fromMillis(1_000_000));
        assertThat(get(sha256).body()).isEqualTo(bytes);
        assertThat(control.asked).hasSize(2);
    }

    @Test
    void afterAStartFilesAreCheckedBeforeTheyAreGivenOut() throws Exception {
        var sound = control.file(bytes(5, 1_000));
        var spoilt = control.file(bytes(6, 1_000));
        get(sound);
        get(spoilt);
        stopRelay();
        FileTime time = Files.getLastModifiedTime(kept(spoilt));
        Files.write(kept(spoilt), bytes(7, 1_000));
        Files.setLastModifiedTime(kept(spoilt), time);
        startRelay(RelayConfig.BLOB_BYTES_MIN);
        control.asked.clear();
        assertThat(get(sound).body()).isEqualTo(bytes(5, 1_000));
        assertThat(get(spoilt).body()).isEqualTo(bytes(6, 1_000));
        assertThat(control.asked).singleElement().asString().contains(spoilt.hex());
    }

    @Test
    void whatWasAskedForLeastLatelyGoes() throws Exception {
        Path kept = folder.resolve("small");
        Files.createDirectories(kept);
        var vertx = Vertx.vertx();
        try {
            Blobs.Source source =
                    (path, _, into) ->
                            vertx.fileSystem()
                                    .writeFile(
                                            into.toString(),
                                            Buffer.buffer(bytes(path.charAt(0), 1_000)));
            var blobs = new Blobs(vertx, kept, 2_500, source, new RelayMetrics());
            for (String name : List.of("a", "b", "a", "c")) {
                var sha256 = Sha256.of(bytes(name.charAt(0), 1_000));
                Promise<Blobs.Blob> done = Promise.promise();
                vertx.runOnContext(_ -> blobs.get(name, sha256).onComplete(done));
                assertThat(FakeControl.result(done.future()).bytes()).isEqualTo(1_000);
            }
            assertThat(kept.resolve(Sha256.of(bytes('a', 1_000)).hex())).exists();
            assertThat(kept.resolve(Sha256.of(bytes('b', 1_000)).hex())).doesNotExist();
            assertThat(kept.resolve(Sha256.of(bytes('c', 1_000)).hex())).exists();
            assertThat(blobs.bytes()).isEqualTo(2_000);
        } finally {
            FakeControl.result(vertx.close());
        }
    }

    @Test
    void partsAreGivenOutAsTheControlPlaneDoes() throws Exception {
        byte[] bytes = bytes(11, 1_000);
        var sha256 = control.file(bytes);
        String tag = '"' + sha256.hex() + '"';
        var part = get(sha256, "range", "bytes=990-", "if-range", tag);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, 990, 1_000));
        assertThat(part.headers().firstValue("content-range")).hasValue("bytes 990-999/1000");
        assertThat(part.headers().firstValue("etag")).hasValue(tag);
        assertThat(get(sha256, "range", "bytes=1000-").statusCode()).isEqualTo(416);
        assertThat(get(sha256, "range", "bytes=5-", "if-range", "\"other\"").statusCode())
                .isEqualTo(200);
        assertThat(get(sha256, "if-none-match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void whatThereIsNotIsSaidSoOnceAndAskedForAgain() throws Exception {
        var sha256 = Sha256.of(bytes(12, 10));
        assertThat(get(sha256).statusCode()).isEqualTo(404);
        assertThat(control.asked).hasSize(1);
        control.file(bytes(12, 10));
        assertThat(get(sha256).statusCode()).isEqualTo(200);
    }

    @Test
    void onlyWhoHasASessionGetsFiles() throws Exception {
        var sha256 = control.file(bytes(13, 10));
        String path = "/v1/modules/" + sha256.hex();
        for (String token : List.of("other", "relays")) {
            var answer = http.send(request(path, token).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(503);
        }
        try (var unheard = new StubNode(relay, "unheard")) {
            control.opened(2);
            var answer = http.send(request(path, "unheard").build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(unheard.isOver()).isFalse();
        }
        node.close();
        await().until(() -> relay.nodes() == 0);
        assertThat(get(sha256).statusCode()).isEqualTo(503);
        assertThat(control.asked).isEmpty();
    }

    @Test
    void anImageIsFetchedOnceAndCheckedAsAFileIs() throws Exception {
        byte[] bytes = bytes(15, 300_000);
        var sha256 = Sha256.of(bytes);
        String path =
                "/v1/modules/%s/image/%s?abi=auto&snapshot=false"
                        .formatted("1".repeat(64), sha256.hex());
        byte[] forged = bytes.clone();
        forged[1]++;
        control.files.put(path, forged);
        var request = request(path, "node").build();
        assertThat(http.send(request, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(502);
        control.files.put(path, bytes);
        for (int i = 0; i < 2; i++) {
            var answer = http.send(request, BodyHandlers.ofByteArray());
            assertThat(answer.body()).isEqualTo(bytes);
            assertThat(answer.headers().firstValue("content-type"))
                    .hasValue("application/octet-stream");
        }
        assertThat(control.asked).containsExactly(path, path);
    }

    @Test
    void whatElseIsBelowTheSamePathIsPassedThroughEachTime() throws Exception {
        var sha256 = control.file(bytes(14, 10));
        String path = "/v1/modules/" + sha256.hex() + "/image?build=7";
        control.files.put("/v1/modules/" + sha256.hex() + "/image", new byte[0]);
        for (int i = 0; i < 2; i++) {
            var answer = http.send(request(path, "node").build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("x-signature")).hasValue("of build=7");
            assertThat(answer.body()).isEqualTo("not a file of its own");
        }
        assertThat(control.asked).containsExactly(path, path);
    }

    @Test
    void nothingElseOfTheControlPlaneIsReached() throws Exception {
        for (String path :
                List.of(
                        "/v1/status",
                        "/v1/modules",
                        "/v1/modules/../members",
                        "/v1/sync/router",
                        "/v1/join",
                        "/metrics",
                        "/v1/modules/" + "0".repeat(64) + "/%2e%2e/x")) {
            var answer = http.send(request(path, "node").build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
        }
        assertThat(control.asked).isEmpty();
    }
}
