package dev.cress.node.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Fetching a module from a server that says one thing and then nothing more.
@Timeout(20)
class ControlModulesTest {
    private static final byte[] MODULE = "a module".getBytes(StandardCharsets.US_ASCII);

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private byte[] fetchFrom(String answer) throws IOException, InterruptedException {
        var url = URI.create("http://127.0.0.1:" + server.getLocalPort());
        CompletableFuture<Socket> answered =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                Socket socket = server.accept();
                                socket.getOutputStream()
                                        .write(answer.getBytes(StandardCharsets.US_ASCII));
                                return socket;
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        });
        try {
            return new ControlModules(
                            url, new Credential("token", Optional.empty()), Duration.ofMillis(500))
                    .fetch(Sha256.of(MODULE), MODULE.length);
        } finally {
            answered.join().close();
        }
    }

    @Test
    void hasWhatTheServerHas() throws Exception {
        assertThat(fetchFrom("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\na module"))
                .isEqualTo(MODULE);
    }

    @Test
    void givesUpAServerThatAnswersNothing() {
        assertThatThrownBy(() -> fetchFrom(""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not answer within 500 ms");
    }

    @Test
    void givesUpABodyThatStopsComing() {
        assertThatThrownBy(() -> fetchFrom("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\na mod"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not answer within 500 ms");
    }

    @Test
    void readsNoMoreThanTheModulesLength() {
        assertThatThrownBy(
                        () ->
                                fetchFrom(
                                        "HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n"
                                                + "a module and more"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("8");
    }

    @Test
    void saysWhatTheServerAnsweredInstead() {
        assertThatThrownBy(
                        () ->
                                fetchFrom(
                                        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\n"
                                                + "unauthorized"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answered 401");
    }
}
