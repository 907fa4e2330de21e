package dev.cress.control;

import static dev.cress.control.Registry.EMPTY;
import static dev.cress.control.Registry.digest;
import static dev.cress.control.Registry.error;
import static dev.cress.control.Registry.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Everything that registry tools may call as another tenant's token finds it: what is acme's isn't
/// there for zeta, and looks like what nobody has.
@Timeout(60)
public class RegistryWallsTest {
    /// What can be called on a repository, behind its name; held against the server's own list.
    public static final List<String> CALLS =
            List.of(
                    "GET /manifests/{}",
                    "HEAD /manifests/{}",
                    "PUT /manifests/{}",
                    "DELETE /manifests/{}",
                    "GET /blobs/{}",
                    "HEAD /blobs/{}",
                    "GET /tags/list",
                    "GET /referrers/{}",
                    "POST /blobs/uploads/",
                    "GET /blobs/uploads/{}",
                    "PATCH /blobs/uploads/{}",
                    "PUT /blobs/uploads/{}",
                    "DELETE /blobs/uploads/{}");

    private final byte[] module = MagicPreparer.module(1, 4_000);

    private Plane plane;
    private Registry acme;
    private Registry zeta;
    private String manifest = "";
    private String upload = "";

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder);
        plane.tenant("acme");
        plane.tenant("zeta");
        acme = new Registry(plane, plane.tokenOf("acme", "deploy"));
        zeta = new Registry(plane, plane.tokenOf("zeta", "deploy"));
        Reply pushed = acme.push("shop", "v1", module);
        assertThat(pushed.status()).as(pushed.text()).isEqualTo(201);
        manifest = header(pushed, "docker-content-digest");
        upload = acme.begin("shop").replaceFirst(".*/", "");
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    /// The call with each thing of acme's that may stand there.
    private Stream<String> things(String call) {
        if (!call.endsWith("{}")) {
            return Stream.of(call);
        }
        String path = call.replace("{}", "");
        return call.contains("uploads")
                ? Stream.of(path + upload + "?digest=" + digest(module))
                : call.contains("/blobs/")
                        ? Stream.of(path + digest(module), path + digest(EMPTY))
                        : Stream.of(path + manifest, path + "v1")
                                .filter(thing -> !thing.startsWith("GET /referrers/v"));
    }

    private static Reply send(Registry as, String repository, String thing) {
        int space = thing.indexOf(' ');
        return as.send(thing.substring(0, space), "/v2/" + repository + thing.substring(space + 1));
    }

    @Test
    void whatIsAnotherTenantsIsNotThere() {
        for (String call : CALLS) {
            things(call)
                    .forEach(
                            thing -> {
                                Reply theirs = send(zeta, "acme/shop", thing);
                                Reply nobodys = send(zeta, "nobody/shop", thing);
                                assertThat(theirs.status()).as(thing).isEqualTo(404);
                                assertThat(theirs.text().replace("acme", "nobody"))
                                        .as(thing)
                                        .isEqualTo(nobodys.text());
                                if (!call.startsWith("HEAD")) {
                                    assertThat(error(theirs)).isEqualTo("NAME_UNKNOWN");
                                }
                            });
        }
    }

    /// By the plain name zeta means its own, and of that there is nothing: not a blob that acme
    /// has, nor an upload that acme opened.
    @Test
    void theSameNameIsAnotherFunction() {
        for (String call : CALLS) {
            if (call.equals("POST /blobs/uploads/") || call.equals("GET /referrers/{}")) {
                continue;
            }
            things(call)
                    .forEach(
                            thing ->
                                    assertThat(send(zeta, "shop", thing).status())
                                            .as(thing)
                                            .isIn(400, 404));
        }
        assertThat(acme.send("GET", "/v2/shop/manifests/v1").status()).isEqualTo(200);
        assertThat(acme.send("GET", "/v2/shop/blobs/uploads/" + upload).status()).isEqualTo(204);
        int before = plane.preparer.calls.get();
        assertThat(zeta.push("shop", "v1", module).status()).isEqualTo(201);
        assertThat(plane.preparer.calls).hasValue(before + 1);
    }

    @Test
    void anOperatorSaysWhose() {
        var operator = Registry.of(plane);
        assertThat(operator.send("GET", "/v2/acme/shop/manifests/v1").status()).isEqualTo(200);
        assertThat(operator.send("GET", "/v2/shop/manifests/v1").status()).isEqualTo(404);
        assertThat(acme.send("GET", "/v2/acme/shop/manifests/v1").status()).isEqualTo(200);
        assertThat(operator.push("zeta/shop", "v1", module).status()).isEqualTo(201);
        assertThat(plane.get("/v1/functions/shop.zeta/tags").text()).contains("\"v1\"");
        Reply nobody = operator.push("nobody/shop", "v1", module);
        assertThat(nobody.status()).isEqualTo(404);
        assertThat(error(nobody)).isEqualTo("NAME_UNKNOWN");
    }

    /// A push asks for much that isn't there yet; only who asks for another tenant's is noted.
    @Test
    void theAuditLogKeepsAttemptsOnOthersThings() {
        zeta.send("HEAD", "/v2/shop/blobs/" + digest(module));
        zeta.send("GET", "/v2/acme/shop/manifests/v1");
        await().untilAsserted(
                        () ->
                                assertThat(plane.get("/v1/audit").text())
                                        .contains("GET /v2/{}/{}/manifests/{}"));
        assertThat(plane.get("/v1/audit").text()).doesNotContain("HEAD /v2/");
    }
}
