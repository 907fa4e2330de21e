package dev.cress.control.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Trust;
import dev.cress.control.ControlPlane;
import dev.cress.control.ControlPlaneConfig;
import dev.cress.control.Tls;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.IdentityException;
import dev.cress.identity.Pem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

import javax.net.ssl.SSLHandshakeException;

/// A control port with a certificate of the operator's.
@Timeout(60)
class ServerTlsTest {
    private final Authority operators = Authority.of(Authority.fresh(Instant.now()));

    @TempDir private Path folder;

    private ControlPlane start(String name) throws IOException {
        var keys = Authority.freshKeys();
        var own = operators.issueServer(keys.getPublic(), List.of(name), Instant.now());
        Path chain =
                Files.writeString(
                        folder.resolve("chain.pem"),
                        Pem.write(List.of(own, operators.certificate())));
        Path key = Files.writeString(folder.resolve("key.pem"), Pem.write(keys.getPrivate()));
        return start(new Tls.Given(chain, key));
    }

    private ControlPlane start(Tls tls) {
        var config = ControlPlaneConfig.of(folder.resolve("data")).withPort(0).withTls(tls);
        return ControlPlane.start(config, (_, abi) -> abi);
    }

    private int health(ControlPlane control) throws IOException, InterruptedException {
        var known = new Trust(operators.digest(), List.of());
        try (var client =
                HttpClient.newBuilder().sslContext(FleetIdentity.anonymous(known)).build()) {
            var request = HttpRequest.newBuilder(URI.create(control.url() + "/health")).build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        }
    }

    @Test
    void aGivenCertificateIsShownAndKnownByWhatEndsItsChain() throws Exception {
        try (var control = start("127.0.0.1")) {
            assertThat(control.authority()).hasValue(operators.digest());
            assertThat(health(control)).isEqualTo(200);
        }
    }

    @Test
    void aCertificateForAnotherHostIsNotTaken() throws IOException {
        try (var control = start("elsewhere.example")) {
            assertThatThrownBy(() -> health(control)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void aFileThatHasNoCertificateIsNamed() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertThatThrownBy(() -> start(new Tls.Given(empty, empty)))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("empty.pem");
    }
}
