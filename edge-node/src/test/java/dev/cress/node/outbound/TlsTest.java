package dev.cress.node.outbound;

import static dev.cress.node.outbound.OutboundHouse.ask;
import static dev.cress.node.outbound.OutboundHouse.get;
import static dev.cress.node.outbound.OutboundHouse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.node.config.NodeException;
import dev.cress.node.config.OutboundConfig;
import dev.cress.node.config.OutboundConfig.OutboundLimits;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Over TLS a guest speaks with the host that it named, or with nobody.
class TlsTest {
    private static final String PASSWORD = "password";
    private static final Names HERE =
            _ -> Future.succeededFuture(List.of(InetAddress.ofLiteral("127.0.0.1")));

    private final Path folder;

    private final List<OutboundHouse> houses = new ArrayList<>();
    private final Path authority;
    private final HttpServer server;

    /// A server for `api.example.com` that vouches for itself.
    TlsTest(@TempDir Path folder) throws Exception {
        this.folder = folder;
        Path keys = folder.resolve("keys.p12");
        authority = folder.resolve("authority.pem");
        keytool(
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=api.example.com",
                "-ext",
                "san=dns:api.example.com",
                "-keystore",
                keys.toString());
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "a",
                "-file",
                authority.toString(),
                "-keystore",
                keys.toString());
        server =
                house(Optional.empty())
                        .serve(
                                new HttpServerOptions()
                                        .setSsl(true)
                                        .setKeyCertOptions(
                                                new PfxOptions()
                                                        .setPath(keys.toString())
                                                        .setPassword(PASSWORD)),
                                http -> http.response().end("for " + http.getHeader("host")));
    }

    private static void keytool(String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(args));
        command.addAll(List.of("-storepass", PASSWORD));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
    }

    private OutboundHouse house(Optional<Path> authorities) {
        var config =
                new OutboundConfig(
                        OutboundHouse.LOOPBACK.allowed(), authorities, OutboundLimits.DEFAULT);
        var house = new OutboundHouse(config, HERE, List.of(), 0);
        houses.add(house);
        return house;
    }

    private String asked(String host, Optional<Path> authorities) throws OutboundException {
        String url = "https://%s:%d/".formatted(host, server.actualPort());
        return text(ask(house(authorities).run(List.of(url)), get(url)));
    }

    @AfterEach
    void close() {
        houses.forEach(OutboundHouse::close);
    }

    @Test
    void aServerIsBelievedThatAGivenAuthorityVouchesFor() throws Exception {
        assertThat(asked("api.example.com", Optional.of(authority)))
                .isEqualTo("for api.example.com:" + server.actualPort());
    }

    @Test
    void aServerIsNotBelievedThatOnlyItselfVouchesFor() {
        refused("unable to find valid certification path", "api.example.com", Optional.empty());
    }

    @Test
    void aServerIsNotBelievedUnderAnotherName() {
        refused("No subject alternative DNS name", "other.example.com", Optional.of(authority));
        refused("No subject alternative names", "127.0.0.1", Optional.of(authority));
    }

    private void refused(String why, String host, Optional<Path> authorities) {
        assertThatThrownBy(() -> asked(host, authorities))
                .isInstanceOfSatisfying(
                        OutboundException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE))
                .hasMessageContaining("TLS: " + why);
    }

    @Test
    void aFileWithoutAuthoritiesIsNamed() throws Exception {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        for (Path bad : List.of(empty, folder.resolve("missing.pem"))) {
            assertThatThrownBy(() -> house(Optional.of(bad)))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining(bad.toString());
        }
    }
}
