package dev.cress.identity;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.Api;
import dev.cress.contract.CressPath;
import dev.cress.contract.Json;
import dev.cress.contract.Problem;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/// Asks the control plane for certificates. Blocks.
final class JoinClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

    /// Bytes of an answer.
    private static final int ANSWER_BYTES_MAX = 256 << 10;

    /// A request that got no answer is sent again: the same key gets a certificate again.
    private static final int ATTEMPTS_MAX = 4;

    /// Before the second attempt, doubled before each that follows.
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final URI control;
    private final SSLContext tls;

    JoinClient(URI control, SSLContext tls) {
        this.control = control;
        this.tls = tls;
    }

    Api.Joined post(CressPath path, Object body) {
        // One for each time: a connection that was opened with an old certificate would stay its.
        try (var client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .sslContext(tls)
                        .build()) {
            return attempts(client, path, body);
        } catch (IOException e) {
            throw new IdentityException(
                    "control plane %s: %s".formatted(control, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IdentityException("interrupted while asking for a certificate", e);
        }
    }

    private Api.Joined attempts(HttpClient client, CressPath path, Object body)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(control.resolve(path.text()))
                        .timeout(ANSWER_TIMEOUT)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(Json.write(body)))
                        .build();
        for (int attempt = 1; ; attempt++) {
            try {
                return read(
                        client.send(
                                request,
                                _ ->
                                        BodySubscribers.limiting(
                                                BodySubscribers.ofString(StandardCharsets.UTF_8),
                                                ANSWER_BYTES_MAX)));
            } catch (SSLException e) {
                throw e;
            } catch (IOException e) {
                if (attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
            Thread.sleep(PAUSE.multipliedBy(1L << (attempt - 1)));
        }
    }

    private Api.Joined read(HttpResponse<String> answer) throws IOException {
        try {
            if (answer.statusCode() < 300) {
                return Json.LENIENT.readValue(answer.body(), Api.Joined.class);
            }
            Problem problem = Json.LENIENT.readValue(answer.body(), Problem.class);
            throw new IdentityException(
                    "the control plane refuses: %s (%d)"
                            .formatted(problem.detail(), answer.statusCode()));
        } catch (JsonProcessingException e) {
            throw new IdentityException(
                    "%s answered %d, and not as a control plane does"
                            .formatted(control, answer.statusCode()),
                    e);
        }
    }
}
