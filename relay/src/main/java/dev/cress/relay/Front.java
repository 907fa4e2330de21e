package dev.cress.relay;

import dev.cress.contract.ByteRange;
import dev.cress.contract.CressPath;
import dev.cress.contract.Json;
import dev.cress.contract.Problem;
import dev.cress.contract.RelayLine;
import dev.cress.contract.Sha256;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What nodes reach: the path of their sessions, and files by their digest, as at the control
/// plane: modules, archives, images. What else is asked for below the same paths is passed through
/// to it, and kept nowhere: the relay couldn't say whether that is what it should be. Files are for
/// nodes whose session stands here. Lives on the event loop.
final class Front {
    /// Bytes of one message of a node: what the control plane takes, less what a line adds.
    static final int MESSAGE_BYTES_MAX = (1 << 20) - RelayLine.EXTRA_MAX;

    /// A connection on which nothing moves is closed.
    private static final int IDLE_MAX_S = 90;

    private static final int LINE_BYTES_MAX = 8 << 10;
    private static final int HEADER_BYTES_MAX = 32 << 10;

    /// What is kept here, by the digest that its path ends with.
    private static final Pattern FILE =
            Pattern.compile("/v1/(modules|assets|modules/[0-9a-f]{64}/image)/([0-9a-f]{64})");

    private static final Pattern PASSED =
            Pattern.compile("/v1/(modules|assets)/[0-9a-f]{64}(/[A-Za-z0-9_-]+)*");

    /// What of a node's head goes on to the control plane, and what of the answer's comes back.
    private static final List<String> ASKED =
            List.of("accept", "range", "if-range", "if-none-match", "x-request-id");
    private static final Set<String> HOP_BY_HOP =
            Set.of("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade");

    private static final Logger LOG = LoggerFactory.getLogger(Front.class);

    private final HttpServer server;
    private final ControlSession control;
    private final NodeConnections nodes;
    private final Blobs blobs;
    private final ControlFiles files;
    private final RelayMetrics metrics;

    Front(
            Vertx vertx,
            RelayConfig config,
            ControlSession control,
            NodeConnections nodes,
            Blobs blobs,
            ControlFiles files,
            RelayMetrics metrics) {
        this.control = control;
        this.nodes = nodes;
        this.blobs = blobs;
        this.files = files;
        this.metrics = metrics;
        server = vertx.createHttpServer(options(config)).requestHandler(this::handle);
    }

    private static HttpServerOptions options(RelayConfig config) {
        var options =
                new HttpServerOptions()
                        .setHttp2ClearTextEnabled(false)
                        .setMaxInitialLineLength(LINE_BYTES_MAX)
                        .setMaxHeaderSize(HEADER_BYTES_MAX)
                        .setIdleTimeout(IDLE_MAX_S)
                        .setMaxWebSocketMessageSize(MESSAGE_BYTES_MAX)
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false);
        config.identity()
                .ifPresent(
                        identity ->
                                options.setSsl(true)
                                        .setUseAlpn(false)
                                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                        .setKeyCertOptions(KeyCertOptions.wrap(identity.keys()))
                                        .setClientAuth(ClientAuth.REQUIRED)
                                        .setTrustOptions(TrustOptions.wrap(identity.members())));
        return options;
    }

    Future<HttpServer> listen(String bind, int port) {
        return server.listen(port, bind);
    }

    int port() {
        return server.actualPort();
    }

    private void handle(HttpServerRequest request) {
        try {
            Shown shown =
                    Shown.of(request)
                            .orElseThrow(
                                    () ->
                                            new Refused(
                                                    401,
                                                    "unauthorised",
                                                    "only nodes come here, with a certificate or,"
                                                            + " without TLS, a token"));
            if (!request.method().equals(HttpMethod.GET)) {
                throw new Refused(405, "wrong-method", "nothing but GET is answered here");
            }
            if (CressPath.SYNC_NODE.text().equals(request.path())) {
                session(request, shown);
            } else {
                file(request, shown);
            }
        } catch (Refused e) {
            refuse(request, e);
        }
    }

    private void session(HttpServerRequest request, Shown shown) {
        if (!control.isConnected()) {
            throw away();
        }
        if (!nodes.hasRoom()) {
            throw new Refused(
                    503, "overloaded", "%d nodes are connected, no more".formatted(nodes.count()));
        }
        if (!request.canUpgradeToWebSocket()) {
            throw new Refused(426, "upgrade-required", "this is for WebSockets");
        }
        request.toWebSocket()
                .onSuccess(socket -> nodes.open(socket, shown))
                .onFailure(e -> LOG.debug("a handshake failed: {}", e.toString()));
    }

    private static Refused away() {
        return new Refused(503, "unavailable", "the relay has no control plane");
    }

    private void file(HttpServerRequest request, Shown shown) {
        String path = String.valueOf(request.path());
        if (!PASSED.matcher(path).matches()) {
            throw new Refused(404, "no-endpoint", "nothing is at " + path + " on a relay");
        }
        if (!nodes.isAdmitted(shown)) {
            throw new Refused(
                    503, "unavailable", "files are for nodes whose session stands on this relay");
        }
        Matcher known = FILE.matcher(path);
        if (known.matches()) {
            blobs.get(request.uri(), new Sha256(known.group(2)))
                    .onSuccess(blob -> serve(request, mediaType(known.group(1)), blob))
                    .onFailure(fault -> refuse(request, fault));
        } else {
            pass(request);
        }
    }

    private static String mediaType(String kind) {
        return switch (kind) {
            case "modules" -> "application/wasm";
            case "assets" -> "application/zip";
            default -> "application/octet-stream";
        };
    }

    private void serve(HttpServerRequest request, String mediaType, Blobs.Blob blob) {
        HttpServerResponse response = request.response();
        if (response.closed() || response.ended()) {
            return;
        }
        String tag = '"' + blob.sha256().hex() + '"';
        response.putHeader("etag", tag)
                .putHeader("accept-ranges", "bytes")
                .putHeader("content-type", mediaType);
        if (tag.equals(request.getHeader("if-none-match"))) {
            response.setStatusCode(304).end();
            return;
        }
        String ifRange = request.getHeader("if-range");
        Optional<ByteRange> asked =
                ifRange == null || ifRange.equals(tag)
                        ? ByteRange.of(request.getHeader("range"), blob.bytes())
                        : Optional.empty();
        if (asked.filter(part -> !part.isSatisfiable(blob.bytes())).isPresent()) {
            response.putHeader("content-range", "bytes */" + blob.bytes());
            refuse(
                    request,
                    new Refused(
                            416,
                            "range-not-satisfiable",
                            "it has %d bytes".formatted(blob.bytes())));
            return;
        }
        ByteRange part = asked.orElse(new ByteRange(0, blob.bytes() - 1));
        if (asked.isPresent()) {
            response.setStatusCode(206)
                    .putHeader(
                            "content-range",
                            "bytes %d-%d/%d".formatted(part.first(), part.last(), blob.bytes()));
        }
        response.sendFile(blob.file().toString(), part.first(), part.length())
                .onSuccess(_ -> metrics.served(part.length()))
                .onFailure(fault -> refuse(request, fault));
    }

    private void pass(HttpServerRequest request) {
        files.request(request.uri())
                .compose(
                        onward -> {
                            for (String name : ASKED) {
                                String value = request.getHeader(name);
                                if (value != null) {
                                    onward.putHeader(name, value);
                                }
                            }
                            return onward.send();
                        })
                .compose(answer -> answered(request, answer))
                .onFailure(
                        fault ->
                                refuse(
                                        request,
                                        new Refused(
                                                502,
                                                "control-plane-away",
                                                String.valueOf(fault.getMessage()))));
    }

    private static Future<Void> answered(HttpServerRequest request, HttpClientResponse answer) {
        HttpServerResponse response = request.response().setStatusCode(answer.statusCode());
        answer.headers()
                .forEach(
                        header -> {
                            if (!HOP_BY_HOP.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                                response.putHeader(header.getKey(), header.getValue());
                            }
                        });
        if (answer.getHeader("content-length") == null) {
            response.setChunked(true);
        }
        return answer.pipe().endOnFailure(false).to(response);
    }

    private static void refuse(HttpServerRequest request, Throwable fault) {
        HttpServerResponse response = request.response();
        if (response.headWritten() || response.closed()) {
            // an answer that can't be finished must not look finished
            request.connection().close();
            return;
        }
        int status = fault instanceof Refused refused ? refused.status() : 500;
        String code = fault instanceof Refused refused ? refused.code() : "fault";
        if (status == 500) {
            LOG.error("{} failed", request.path(), fault);
        }
        if (status == 503) {
            // a node's next connection shows its newest certificate
            response.putHeader("retry-after", "1").putHeader("connection", "close");
        }
        response.setStatusCode(status)
                .putHeader("content-type", Problem.MEDIA_TYPE)
                .end(
                        Json.write(
                                Problem.of(
                                        status,
                                        code,
                                        code.replace('-', ' '),
                                        String.valueOf(fault.getMessage()))));
    }
}
