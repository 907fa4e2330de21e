package dev.cress.node.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Bundle;
import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Fetching a module from a server that says one thing on each connection, and then nothing more.
@Timeout(60)
class ControlModulesTest {
    private static final byte[] MODULE = "a module".getBytes(StandardCharsets.US_ASCII);
    private static final Sha256 NAME = Sha256.of(MODULE);
    private static final String WHOLE = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n";
    private static final Download.Patience PATIENCE = patience(Duration.ofSeconds(6));
    private static final Download.Patience LITTLE_PATIENCE = patience(Duration.ofSeconds(2));

    @TempDir private Path folder;
    private Path into = Path.of("");
    private ServerSocket server;
    private ControlModules modules;

    /// What was asked on each connection, as it was sent.
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private final List<Socket> open = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() throws IOException {
        into = folder.resolve("module");
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        modules = modules(PATIENCE);
    }

    private static Download.Patience patience(Duration silence) {
        return new Download.Patience(silence, Duration.ofSeconds(20), 3, Duration.ofMillis(2));
    }

    private ControlModules modules(Download.Patience patience) {
        return new ControlModules(
                URI.create("http://127.0.0.1:" + server.getLocalPort()),
                new Credential("token", Optional.empty()),
                patience);
    }

    /// From now on a silence is found within a test.
    private void beImpatient() {
        modules.close();
        modules = modules(LITTLE_PATIENCE);
    }

    @AfterEach
    void close() throws IOException {
        modules.close();
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /// How a connection goes: what is said, and whether it is closed then.
    private record Said(String text, boolean closes) {}

    private static Said saysAndCloses(String text) {
        return new Said(text, true);
    }

    private static Said saysAndHangs(String text) {
        return new Said(text, false);
    }

    private static Said rest(int from, String text) {
        return saysAndCloses(
                "HTTP/1.1 206 Partial Content\r\nContent-Length: %d\r\nContent-Range: bytes %d-7/8\r\n\r\n%s"
                        .formatted(text.length(), from, text));
    }

    private void serve(Said... all) {
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                for (Said said : all) {
                                    answer(server.accept(), said);
                                }
                            } catch (IOException e) {
                                // The test is over.
                            }
                        });
    }

    private void answer(Socket socket, Said said) throws IOException {
        open.add(socket);
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("nothing was asked");
            }
            head.append((char) next);
        }
        asked.add(head.toString());
        socket.getOutputStream().write(said.text.getBytes(StandardCharsets.US_ASCII));
        if (said.closes) {
            socket.close();
        }
    }

    private byte[] fetch() throws IOException, InterruptedException {
        modules.fetch(NAME, MODULE.length, into);
        return Files.readAllBytes(into);
    }

    private List<String> ranges() {
        var found = new ArrayList<String>();
        for (String head : asked) {
            found.add(
                    head.lines()
                            .filter(line -> line.startsWith("range: "))
                            .findFirst()
                            .orElse("whole"));
        }
        return found;
    }

    @Test
    void hasWhatTheServerHas() throws Exception {
        serve(saysAndHangs(WHOLE + "a module"));
        assertThat(fetch()).isEqualTo(MODULE);
        assertThat(asked.getFirst()).contains("/v1/modules/" + NAME, "Bearer token");
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws Exception {
        serve(saysAndCloses(WHOLE + "a mo"), rest(4, "du"), rest(6, "le"));
        assertThat(fetch()).isEqualTo(MODULE);
        assertThat(ranges()).containsExactly("whole", "range: bytes=4-", "range: bytes=6-");
        assertThat(asked.getLast()).contains("if-range: \"" + NAME + "\"");
    }

    @Test
    void goesOnWhereTheServerFellSilent() throws Exception {
        beImpatient();
        serve(saysAndHangs(WHOLE + "a mo"), rest(4, "dule"));
        assertThat(fetch()).isEqualTo(MODULE);
        assertThat(ranges()).containsExactly("whole", "range: bytes=4-");
    }

    @Test
    void goesOnWithWhatAnEarlierDownloadLeft() throws Exception {
        Files.writeString(into, "a m");
        serve(rest(3, "odule"));
        assertThat(fetch()).isEqualTo(MODULE);
        assertThat(fetch()).isEqualTo(MODULE);
        assertThat(ranges()).containsExactly("range: bytes=3-");
    }

    @Test
    void beginsAnewWhereNoPartIsGiven() throws Exception {
        Files.writeString(into, "other");
        serve(saysAndHangs(WHOLE + "a module"));
        assertThat(fetch()).isEqualTo(MODULE);
    }

    @Test
    void beginsAnewWhenTheBytesAreOthers() throws Exception {
        Files.writeString(into, "a n");
        serve(rest(3, "odule"), saysAndHangs(WHOLE + "a module"));
        assertThat(fetch()).isEqualTo(MODULE);
        assertThat(ranges()).containsExactly("range: bytes=3-", "whole");
    }

    @Test
    void takesNoPartThatWasNotAskedFor() throws Exception {
        Files.writeString(into, "a m");
        serve(rest(5, "ule"), rest(3, "odule"));
        assertThat(fetch()).isEqualTo(MODULE);
        assertThat(ranges()).containsExactly("range: bytes=3-", "range: bytes=3-");
    }

    @Test
    void tryingHasAnEnd() {
        serve(
                saysAndCloses(WHOLE + "a"),
                rest(1, " "),
                saysAndCloses("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
                rest(2, "module"));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answered 503");
        assertThat(asked).hasSize(PATIENCE.attempts());
        assertThat(into).hasContent("a ");
    }

    @Test
    void givesUpAServerThatAnswersNothing() {
        beImpatient();
        serve(saysAndHangs(""), saysAndHangs(""), saysAndHangs(""));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sent nothing for 2000 ms");
    }

    @Test
    void readsNoMoreThanTheModulesLength() throws IOException {
        String more = "HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\na module and more";
        serve(saysAndHangs(more), saysAndHangs(more), saysAndHangs(more));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 8 bytes");
        assertThat(Files.size(into)).isLessThanOrEqualTo(8);
    }

    @Test
    void doesNotAskAgainWhatWasRefused() {
        serve(
                saysAndCloses(
                        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\nunauthorized"),
                saysAndHangs(WHOLE + "a module"));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answered 401");
        assertThat(asked).hasSize(1);
    }

    @Test
    void filesComeTheSameWay() throws Exception {
        serve(saysAndCloses(WHOLE + "a mo"), rest(4, "dule"));
        modules.fetch(new Bundle(NAME, MODULE.length, false), into);
        assertThat(into).hasContent("a module");
        assertThat(asked.getLast()).contains("/v1/assets/" + NAME, "range: bytes=4-");
    }
}
