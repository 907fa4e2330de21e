package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api.NewToken;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Json;
import dev.cress.contract.Position;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class AccessTest {
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
    void withoutATokenNothingIsAnsweredButHealth() {
        for (String path :
                new String[] {
                    "/v1/status", "/v1/modules", "/v1/functions", "/v1/tokens", "/v1/sync/node"
                }) {
            Reply reply = plane.send(plane.request(path).build());
            assertThat(reply.status()).as(path).isEqualTo(401);
            assertThat(reply.headers().firstValue("www-authenticate")).hasValue("Bearer");
            assertThat(reply.detail()).contains("CRESS_TOKEN", "operator.token");
        }
        assertThat(plane.send(plane.request("/health").build()).status()).isEqualTo(200);
        assertThat(plane.send(plane.request("/metrics").build()).status()).isEqualTo(200);
        assertThat(plane.getAs("cress_nonsense", "/v1/status").code()).isEqualTo("unauthorised");
    }

    @Test
    void aTokenOpensWhatItsScopeSays() {
        String read = plane.token("read");
        String deploy = plane.token("deploy");
        String join = plane.token("join");
        String module = "/v1/modules/" + plane.module(1);

        assertThat(plane.getAs(read, "/v1/status").status()).isEqualTo(200);
        assertThat(plane.getAs(deploy, "/v1/status").status()).isEqualTo(200);
        assertThat(plane.getAs(join, module).status()).isEqualTo(200);
        assertThat(plane.getAs(read, module).status()).isEqualTo(403);
        assertThat(plane.getAs(join, "/v1/status").status()).isEqualTo(403);
        assertThat(plane.getAs(deploy, "/v1/tokens").status()).isEqualTo(403);
        Reply forbidden =
                plane.send(
                        plane.request("/v1/functions/hello")
                                .header("authorization", "Bearer " + read)
                                .DELETE()
                                .build());
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.code()).isEqualTo("forbidden");
        assertThat(forbidden.detail())
                .isEqualTo("token read-token has scope read, this needs deploy or operator");
    }

    @Test
    void aRevokedTokenOpensNothingAndItsSessionsEnd() {
        var created =
                plane.post("/v1/tokens", Json.write(new NewToken("nodes", "join")))
                        .as(TokenCreated.class);
        assertThat(created.token()).matches("cress_[A-Za-z0-9_-]{43}");
        assertThat(plane.get("/v1/tokens").text())
                .contains("nodes")
                .doesNotContain(created.token());
        try (var node = FakeNode.silent(plane.control, created.token())) {
            node.hello("fra-1", Position.NOWHERE);
            assertThat(plane.delete("/v1/tokens/" + created.info().id()).status()).isEqualTo(204);
            assertThat(node.closeCode()).isEqualTo(4401);
        }
        assertThat(plane.getAs(created.token(), "/v1/status").status()).isEqualTo(401);
    }

    @Test
    void theOperatorsTokenIsKeptOverARestartAndReplacedWhenItsFileIsGone() throws IOException {
        Path file = plane.control.operatorTokenFile();
        String first = plane.operator;
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        plane.close();
        plane = Plane.start(folder);
        assertThat(plane.operator).isEqualTo(first);
        assertThat(plane.get("/v1/status").status()).isEqualTo(200);
        plane.close();
        Files.delete(file);
        plane = Plane.start(folder);
        assertThat(plane.operator).isNotEqualTo(first);
        assertThat(plane.get("/v1/status").status()).isEqualTo(200);
        assertThat(plane.getAs(first, "/v1/status").status()).isEqualTo(401);
    }

    @Test
    void aTokenForThisProcessEndsWithIt() {
        String token = plane.control.issueToken("beside", "read");
        assertThat(plane.getAs(token, "/v1/status").status()).isEqualTo(200);
        plane.close();
        plane = Plane.start(folder);
        assertThat(plane.getAs(token, "/v1/status").status()).isEqualTo(401);
    }
}
