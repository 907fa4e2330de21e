package dev.cress.control;

import static dev.cress.control.Registry.EMPTY;
import static dev.cress.control.Registry.digest;
import static dev.cress.control.Registry.error;
import static dev.cress.control.Registry.header;
import static dev.cress.control.Registry.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.contract.Api.NewTenant;
import dev.cress.contract.Json;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Blobs on their way up and down, as tools send them that are cut off, out of order or wrong.
@Timeout(60)
class RegistryUploadsTest {
    private static final String BLOBS = "/v2/hello/blobs/";
    private static final int MODULE_BYTES_MAX = 1 << 20;

    private final byte[] module = MagicPreparer.module(1, 200_000);

    @TempDir private Path folder;
    private Plane plane;
    private Registry registry;

    @BeforeEach
    void start() {
        plane = start(folder);
        registry = Registry.of(plane);
    }

    private static Plane start(Path folder) {
        var usual = ControlPlaneConfig.Caps.DEFAULT;
        var caps =
                new ControlPlaneConfig.Caps(
                        MODULE_BYTES_MAX,
                        usual.jsonBytesMax(),
                        usual.storeBytesMax(),
                        usual.nodesMax(),
                        usual.routersMax(),
                        usual.followersMax(),
                        usual.pingEvery());
        return Plane.start(folder, config -> config.withLimits(caps));
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private Reply patch(String upload, int first, int end) {
        return registry.send(
                "PATCH",
                upload,
                Arrays.copyOfRange(module, first, end),
                "content-range",
                "%d-%d".formatted(first, end - 1));
    }

    private Reply finish(String upload) {
        return registry.send("PUT", upload + "?digest=" + digest(module));
    }

    private void awaitNoFiles() {
        await().untilAsserted(() -> assertThat(folder.resolve("uploads")).isEmptyDirectory());
    }

    @Test
    void piecesInOrderAreOneBlob() {
        String upload = registry.begin("hello");
        Reply first = patch(upload, 0, 70_000);
        assertThat(first.status()).isEqualTo(202);
        assertThat(header(first, "range")).isEqualTo("0-69999");
        assertThat(header(first, "location")).isEqualTo(upload);
        patch(upload, 70_000, 200_000);
        Reply stored = finish(upload);
        assertThat(stored.status()).as(stored.text()).isEqualTo(201);
        assertThat(header(stored, "location")).isEqualTo(BLOBS + digest(module));
        assertThat(header(stored, "docker-content-digest")).isEqualTo(digest(module));
        awaitNoFiles();
        assertThat(error(finish(upload))).isEqualTo("BLOB_UPLOAD_UNKNOWN");
    }

    @Test
    void aPieceOutOfOrderIsToldWhereToGoOn() {
        String upload = registry.begin("hello");
        patch(upload, 0, 1_000);
        for (int first : new int[] {0, 999, 1_001}) {
            Reply refused = patch(upload, first, 2_000);
            assertThat(refused.status()).isEqualTo(416);
            assertThat(error(refused)).isEqualTo("BLOB_UPLOAD_INVALID");
            assertThat(header(refused, "range")).isEqualTo("0-999");
            assertThat(header(refused, "location")).isEqualTo(upload);
        }
        Reply status = registry.send("GET", upload);
        assertThat(status.status()).isEqualTo(204);
        assertThat(header(status, "range")).isEqualTo("0-999");
        patch(upload, 1_000, 200_000);
        assertThat(finish(upload).status()).isEqualTo(201);
    }

    @Test
    void whatARangeSaysMustBeWhatComes() {
        String upload = registry.begin("hello");
        Reply other = registry.send("PATCH", upload, new byte[10], "content-range", "0-10");
        assertThat(error(other)).isEqualTo("SIZE_INVALID");
        Reply none = registry.send("PATCH", upload, new byte[10], "content-range", "bytes 0-9/10");
        assertThat(error(none)).isEqualTo("BLOB_UPLOAD_INVALID");
        assertThat(header(registry.send("GET", upload), "range")).isEqualTo("0-0");
    }

    /// A connection that breaks takes nothing away of what came through it.
    @Test
    void anUploadThatWasCutGoesOnWhereItBroke() throws IOException {
        String upload = registry.begin("hello");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), plane.control.port())) {
            var out = socket.getOutputStream();
            var head =
                    """
                    PATCH %s HTTP/1.1
                    host: x
                    authorization: Bearer %s
                    content-length: 200000

                    """
                            .formatted(upload, plane.operator);
            out.write(head.replace("\n", "\r\n").getBytes(US_ASCII));
            out.write(module, 0, 90_000);
            out.flush();
            // to ask whether it is busy is to take it
            await().until(this::hasBegun);
            await().until(() -> busy(upload));
        }
        await().until(() -> !busy(upload));
        String range = header(registry.send("GET", upload), "range");
        int next = Integer.parseInt(range.substring(2)) + 1;
        assertThat(next).isBetween(2, 90_000);
        assertThat(patch(upload, next, 200_000).status()).isEqualTo(202);
        assertThat(finish(upload).status()).isEqualTo(201);
    }

    private boolean hasBegun() throws IOException {
        try (var files = Files.newDirectoryStream(folder.resolve("uploads"), "blob-*")) {
            for (Path file : files) {
                if (Files.size(file) > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /// One request at a time sends to an upload.
    private boolean busy(String upload) {
        Reply probe = registry.send("PATCH", upload, new byte[0]);
        return probe.status() == 409;
    }

    @Test
    void otherBytesThanTheDigestSaysAreRefused() {
        String upload = registry.begin("hello");
        Reply refused = registry.send("PUT", upload + "?digest=" + digest(new byte[1]), module);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(error(refused)).isEqualTo("DIGEST_INVALID");
        assertThat(message(refused)).contains("the 200000 bytes that came are " + digest(module));
        assertThat(registry.send("GET", upload).status()).isEqualTo(404);
        assertThat(registry.send("HEAD", BLOBS + digest(module)).status()).isEqualTo(404);
        for (String digest : new String[] {"sha512:" + "0".repeat(128), "sha256:XY", "", "x"}) {
            Reply wrong = registry.send("PUT", registry.begin("hello") + "?digest=" + digest);
            assertThat(error(wrong)).as(digest).isEqualTo("DIGEST_INVALID");
        }
    }

    @Test
    void aBlobThatIsTooLargeIsRefusedWithItsLimit() {
        byte[] large = MagicPreparer.module(1, MODULE_BYTES_MAX + 1);
        Reply refused = registry.pushBlob("hello", large);
        assertThat(refused.status()).isEqualTo(413);
        assertThat(error(refused)).isEqualTo("SIZE_INVALID");
        assertThat(message(refused)).isEqualTo("blob is 1048577 bytes, at most 1 MiB");
        String upload = registry.begin("hello");
        registry.send("PATCH", upload, new byte[MODULE_BYTES_MAX - 1]);
        assertThat(registry.send("PATCH", upload, new byte[2]).status()).isEqualTo(413);
        assertThat(registry.send("GET", upload).status()).isEqualTo(404);
        awaitNoFiles();
    }

    @Test
    void whatIsNoModuleMustBeSmall() {
        assertThat(registry.pushBlob("hello", new byte[64 << 10]).status()).isEqualTo(201);
        Reply refused = registry.pushBlob("hello", new byte[(64 << 10) + 1]);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(error(refused)).isEqualTo("BLOB_UPLOAD_INVALID");
        assertThat(message(refused)).contains("65537 bytes", "at most 65536", "FILE.wasm");
    }

    @Test
    void aTenantHasSoManyUploadsOpenAndNoMore() {
        List<String> open = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            open.add(registry.begin("hello-" + i));
        }
        Reply refused = registry.send("POST", BLOBS + "uploads/");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(error(refused)).isEqualTo("TOOMANYREQUESTS");
        assertThat(message(refused)).contains("16 uploads of yours are open, at most 16");
        assertThat(header(refused, "retry-after")).isNotEmpty();
        plane.tenant("acme");
        new Registry(plane, plane.tokenOf("acme", "deploy")).begin("hello");
        assertThat(registry.send("DELETE", open.getFirst()).status()).isEqualTo(204);
        assertThat(registry.send("DELETE", open.getFirst()).status()).isEqualTo(404);
        registry.begin("hello");
    }

    /// A place isn't lost with an upload that nobody can go on with.
    @Test
    void wholeBlobsThatAreRefusedGiveTheirPlacesBack() {
        String wrong = BLOBS + "uploads/?digest=" + digest(EMPTY);
        for (int i = 0; i < 17; i++) {
            assertThat(registry.send("POST", wrong, module).status()).isEqualTo(400);
            byte[] large = new byte[MODULE_BYTES_MAX + 1];
            assertThat(registry.send("POST", wrong, large).status()).isEqualTo(413);
        }
        registry.begin("hello");
    }

    @Test
    void anUploadIsOfOneFunctionAndEndsWithItsServer() {
        String upload = registry.begin("hello");
        Reply other = registry.send("GET", upload.replace("/hello/", "/other/"));
        assertThat(error(other)).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        plane.close();
        plane = start(folder);
        registry = Registry.of(plane);
        Reply gone = patch(upload, 0, 1_000);
        assertThat(error(gone)).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        assertThat(message(gone)).contains("begin again");
        awaitNoFiles();
    }

    @Test
    void aWholeBlobComesInOneRequestAndAMountIsPushedInstead() {
        Reply stored = registry.send("POST", BLOBS + "uploads/?digest=" + digest(module), module);
        assertThat(stored.status()).as(stored.text()).isEqualTo(201);
        Reply mount =
                registry.send("POST", BLOBS + "uploads/?mount=" + digest(module) + "&from=other");
        assertThat(mount.status()).isEqualTo(202);
        assertThat(header(mount, "location")).startsWith(BLOBS + "uploads/");
    }

    @Test
    void aBlobIsReadWholeInPartOrNotAtAll() {
        registry.pushBlob("hello", module);
        String path = BLOBS + digest(module);
        Reply head = registry.send("HEAD", path);
        assertThat(head.status()).isEqualTo(200);
        assertThat(header(head, "content-length")).isEqualTo("200000");
        assertThat(header(head, "docker-content-digest")).isEqualTo(digest(module));
        Reply part = registry.send("GET", path, new byte[0], "range", "bytes=1-3");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("asm");
        assertThat(registry.send("GET", path, new byte[0], "range", "bytes=200000-").status())
                .isEqualTo(416);
        Reply unknown = registry.send("GET", BLOBS + digest(new byte[1]));
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(error(unknown)).isEqualTo("BLOB_UNKNOWN");
        assertThat(error(registry.send("DELETE", path))).isEqualTo("UNSUPPORTED");
    }

    @Test
    void whatIsPushedCountsForTheQuota() {
        var quota = new Quota(null, 250_000L, null, null);
        plane.post("/v1/tenants", Json.write(new NewTenant(new TenantName("acme"), quota)));
        var acme = new Registry(plane, plane.tokenOf("acme", "deploy"));
        assertThat(acme.push("shop", "v1", module).status()).isEqualTo(201);
        Reply refused = acme.pushBlob("shop", MagicPreparer.module(2, 60_000));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(error(refused)).isEqualTo("DENIED");
        assertThat(message(refused)).contains("quota storage of tenant acme", "at most 250000");
        assertThat(refused.json().at("/errors/0/detail/code").asText()).isEqualTo("quota-exceeded");
    }
}
