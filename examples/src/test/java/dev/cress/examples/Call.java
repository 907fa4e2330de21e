package dev.cress.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// A request to a host by way of the router. Each method that adds something returns another one.
///
/// @param headers names and values by turns
record Call(HttpClient http, URI router, String host, List<String> headers, BodyPublisher content) {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    Call(HttpClient http, URI router, String host) {
        this(http, router, host, List.of(), BodyPublishers.noBody());
    }

    /// What came back.
    record Answer(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        byte[] content() {
            return response.body();
        }

        String text() {
            return new String(content(), StandardCharsets.UTF_8);
        }

        /// The header's value, empty if there is none.
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    Call header(String name, String value) {
        var more = new ArrayList<>(headers);
        more.addAll(List.of(name, value));
        return new Call(http, router, host, List.copyOf(more), content);
    }

    /// As if a proxy in front had taken it from this address: the router believes those on
    /// loopback.
    Call from(String address) {
        return header("x-forwarded-for", address);
    }

    Call body(byte[] body) {
        return new Call(
                http,
                router,
                host,
                headers,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    }

    Call body(String body) {
        return body(body.getBytes(StandardCharsets.UTF_8));
    }

    Call body(BodyPublisher body) {
        return new Call(http, router, host, headers, body);
    }

    Answer get(String target) {
        return send("GET", target);
    }

    Answer post(String target) {
        return send("POST", target);
    }

    Answer send(String method, String target) {
        try {
            return sendAsync(method, target).join();
        } catch (CompletionException e) {
            throw new AssertionError("%s %s%s has no answer".formatted(method, host, target), e);
        }
    }

    CompletableFuture<Answer> sendAsync(String method, String target) {
        return http.sendAsync(request(method, target), BodyHandlers.ofByteArray())
                .thenApply(Answer::new);
    }

    /// The body of a GET's answer as it comes. Close it.
    InputStream stream(String target) throws IOException, InterruptedException {
        return http.send(request("GET", target), BodyHandlers.ofInputStream()).body();
    }

    private HttpRequest request(String method, String target) {
        var request =
                HttpRequest.newBuilder(URI.create(router + target))
                        .timeout(ANSWER_MAX)
                        .header("host", host)
                        .method(method, content);
        for (int i = 0; i < headers.size(); i += 2) {
            request.header(headers.get(i), headers.get(i + 1));
        }
        return request.build();
    }

    /// Sends a GET for a target that need not be well-formed, and returns all that comes on the
    /// wire until the connection ends, one way or the other.
    String getRaw(String target) {
        var request = new StringBuilder("GET ").append(target).append(" HTTP/1.1\r\nHost: ");
        request.append(host).append("\r\nConnection: close\r\n");
        for (int i = 0; i < headers.size(); i += 2) {
            request.append(headers.get(i) + ": " + headers.get(i + 1) + "\r\n");
        }
        request.append("\r\n");
        try (var socket = new Socket(router.getHost(), router.getPort())) {
            socket.setSoTimeout((int) ANSWER_MAX.toMillis());
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
            return untilTheEnd(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String untilTheEnd(Socket socket) throws IOException {
        var wire = new ByteArrayOutputStream();
        byte[] piece = new byte[16 * 1024];
        try {
            int count;
            while ((count = socket.getInputStream().read(piece)) >= 0) {
                wire.write(piece, 0, count);
            }
        } catch (SocketException reset) {
            // A connection may end by a reset too.
            return wire.toString(StandardCharsets.ISO_8859_1);
        }
        return wire.toString(StandardCharsets.ISO_8859_1);
    }
}
