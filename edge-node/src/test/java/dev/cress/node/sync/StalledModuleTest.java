package dev.cress.node.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A control plane that begins to hand out a module, over a real socket, and what becomes of it.
@Timeout(20)
class StalledModuleTest {
    private static final Duration FETCH_MAX = Duration.ofMillis(500);
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: ";

    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final ControlModules modules =
            new ControlModules(
                    URI.create("http://127.0.0.1:" + server.getLocalPort()), "token", FETCH_MAX);

    private CompletableFuture<Socket> client = new CompletableFuture<>();

    StalledModuleTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        modules.close();
        server.close();
    }

    @Test
    void givesUpAModuleWhoseBodyStalls() {
        answer(HEAD + "100\r\n\r\nabc");
        assertThatThrownBy(() -> modules.fetch(version(100)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not arrive within 500 ms");
        assertThat(client.thenApply(StalledModuleTest::isLeft))
                .succeedsWithin(FETCH_MAX.plusSeconds(5))
                .isEqualTo(true);
    }

    @Test
    void takesAModuleThatArrivesWhole() throws Exception {
        answer(HEAD + "3\r\n\r\nabc");
        assertThat(modules.fetch(version(3))).asString().isEqualTo("abc");
    }

    @Test
    void refusesAModuleThatIsLongerOrShorterThanItsVersionSays() {
        answer(HEAD + "4\r\n\r\nabcd");
        assertThatThrownBy(() -> modules.fetch(version(3))).isInstanceOf(IOException.class);
        answer(HEAD + "2\r\n\r\nab");
        assertThatThrownBy(() -> modules.fetch(version(3)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 2 bytes, not 3");
    }

    @Test
    void namesTheStatusOfARefusal() {
        answer("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno module");
        assertThatThrownBy(() -> modules.fetch(version(3)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answered 404");
    }

    private static Version version(long bytes) {
        Sha256 name = Sha256.of(new byte[] {1, 2, 3});
        return new Version(1, name, bytes, Manifest.DEFAULT, 0);
    }

    /// Answers the next request with this, and no more.
    private void answer(String text) {
        client =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                Socket client = server.accept();
                                client.setSoTimeout(10_000);
                                client.getOutputStream()
                                        .write(text.getBytes(StandardCharsets.US_ASCII));
                                return client;
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
    }

    /// Waits until the client has closed its side.
    private static boolean isLeft(Socket client) {
        try (client) {
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
