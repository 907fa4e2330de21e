package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Route;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The OpenAPI document as it is served, and what it says against what is answered: [Plane] holds
/// every exchange of every test against it.
class DescriptionTest {
    private static final String DOCUMENT = "/v1/openapi.json";

    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @Test
    void anybodyMayReadItAndKeepIt() {
        Reply reply = plane.send(plane.request(DOCUMENT).build());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(reply.headers().firstValue("cache-control")).hasValue("public, max-age=300");
        String tag = reply.headers().firstValue("etag").orElseThrow();
        for (String known : new String[] {tag, "W/" + tag, "\"other\", " + tag, "*"}) {
            Reply again =
                    plane.send(plane.request(DOCUMENT).header("if-none-match", known).build());
            assertThat(again.status()).isEqualTo(304);
            assertThat(again.headers().firstValue("etag")).hasValue(tag);
        }
        Reply other =
                plane.send(plane.request(DOCUMENT).header("if-none-match", "\"other\"").build());
        assertThat(other.text()).isEqualTo(reply.text());
    }

    @Test
    void everyAnswerIsAsDescribed() {
        plane.deployed("hello", 1, new Route("example.com", "/x/*"));
        plane.deploy("hello", plane.version("hello", 2), 500);
        plane.release("hello", plane.module(3), Plane.manifest(), 10_000);
        plane.token("read");
        try (var _ = plane.node("fra-1")) {
            for (String path :
                    new String[] {
                        "/v1/modules",
                        "/v1/functions",
                        "/v1/functions/hello",
                        "/v1/functions/hello/versions",
                        "/v1/functions/hello/deployments",
                        "/v1/functions/hello/rollout",
                        "/v1/functions/hello/logs",
                        "/v1/nodes",
                        "/v1/status",
                        "/v1/tokens",
                        "/health",
                        "/metrics",
                        DOCUMENT
                    }) {
                assertThat(plane.get(path).status()).as(path).isEqualTo(200);
            }
            assertThat(plane.post("/v1/functions/hello/rollback", "").status()).isEqualTo(200);
            assertThat(plane.delete("/v1/functions/hello").status()).isEqualTo(200);
        }
    }

    @Test
    void anAnswerThatIsNotDescribedIsNoticed() {
        Reply status = plane.get("/v1/status");
        var more = status.text().replaceFirst("\\{", "{\"more\":1,");
        assertNoticed(new Reply(200, status.headers(), more), "more");
        var text =
                status.text().replaceFirst("\"routers_connected\":0", "\"routers_connected\":-1");
        assertNoticed(new Reply(200, status.headers(), text), "routers_connected");
        assertNoticed(new Reply(299, status.headers(), status.text()), "299");
        Reply refused = plane.get("/v1/functions/none");
        var code = refused.text().replace("unknown-function", "unknown-thing");
        assertThatThrownBy(
                        () ->
                                Described.check(
                                        "GET",
                                        "/v1/functions/none",
                                        "",
                                        new Reply(404, refused.headers(), code)))
                .hasMessageContaining("unknown-thing");
    }

    private static void assertNoticed(Reply reply, String what) {
        assertThatThrownBy(() -> Described.check("GET", "/v1/status", "", reply))
                .hasMessageContaining(what);
    }
}
