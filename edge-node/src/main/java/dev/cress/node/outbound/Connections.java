package dev.cress.node.outbound;

import dev.cress.node.config.OutboundConfig;
import dev.cress.node.config.OutboundConfig.OutboundLimits;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.impl.HttpClientConnectionInternal;
import io.vertx.core.net.SocketAddress;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The node's connections to other hosts: HTTP/1.1, each for one request at a time, so that a guest
/// that reads slowly holds up nobody else's answer. An origin's are shared by all functions. Open
/// are at most as many as requests are under way and connections kept. Event loops.
final class Connections implements AutoCloseable {
    private final HttpClientAgent client;
    private final OutboundLimits limits;
    private final AtomicInteger open = new AtomicInteger();

    /// Those that stay open for a next request, and whether they have had their first.
    private final ConcurrentHashMap<HttpConnection, Boolean> kept = new ConcurrentHashMap<>();

    private final AtomicInteger keeping = new AtomicInteger();

    /// A connection that a request has for itself.
    ///
    /// @param used whether it served a request before: then the other side may just be closing it
    record Opened(HttpClientRequest request, boolean used) {}

    Connections(Vertx vertx, OutboundConfig config) {
        this.limits = config.limits();
        // half of the time for TCP, so that a name's second address has its turn
        var options =
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setVerifyHost(true)
                        .setKeepAliveTimeout((int) limits.keep().toSeconds())
                        .setConnectTimeout((int) limits.connect().toMillis() / 2)
                        .setSslHandshakeTimeout(limits.connect().toSeconds() + 1)
                        .setMaxHeaderSize(limits.headBytes())
                        .setMaxInitialLineLength(limits.headBytes())
                        .setDecompressionSupported(false);
        config.authorities().ifPresent(pem -> options.setTrustOptions(Authorities.with(pem)));
        this.client =
                vertx.httpClientBuilder()
                        .with(options)
                        .with(
                                new PoolOptions()
                                        .setHttp1MaxSize(limits.connectionsPerOrigin())
                                        .setMaxWaitQueueSize(limits.waitingPerOrigin()))
                        .withConnectHandler(this::opened)
                        .build();
    }

    private void opened(HttpConnection connection) {
        open.incrementAndGet();
        // its request hears of it too
        connection.exceptionHandler(_ -> {});
        boolean keeps = keeping.incrementAndGet() <= limits.connectionsKept();
        if (keeps) {
            kept.put(connection, false);
        } else {
            keeping.decrementAndGet();
        }
        connection.closeHandler(
                _ -> {
                    open.decrementAndGet();
                    if (kept.remove(connection) != null) {
                        keeping.decrementAndGet();
                    }
                });
    }

    int open() {
        return open.get();
    }

    /// A request on a connection to this very address, with the target's name in `host`, in SNI and
    /// in the check of its certificate. Its headers are sent with the first part of the body.
    Future<Opened> open(Target target, InetAddress address, String method, MultiMap headers) {
        var options =
                new RequestOptions()
                        .setServer(
                                SocketAddress.inetSocketAddress(
                                        new InetSocketAddress(nameless(address), target.port())))
                        .setHost(target.host())
                        .setPort(target.port())
                        .setSsl(target.isTls())
                        .setURI(target.path())
                        .setMethod(HttpMethod.valueOf(method))
                        .setConnectTimeout(limits.connect().toMillis())
                        .setFollowRedirects(false)
                        .setHeaders(HttpHeaders.headers().addAll(headers));
        try {
            return client.request(options).map(request -> use(request, headers));
        } catch (IllegalStateException closed) {
            return Future.failedFuture(closed);
        }
    }

    private Opened use(HttpClientRequest request, MultiMap headers) {
        Boolean used = kept.replace(request.connection(), true);
        if (used == null || belongsToConnection(headers.get("authorization"))) {
            request.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        return new Opened(request, Boolean.TRUE.equals(used));
    }

    /// Gives a request up that nothing was sent of; its connection serves others.
    static void giveBack(HttpClientRequest request) {
        request.exceptionHandler(_ -> {});
        request.reset();
    }

    /// Ends a request's connection at once. The client's own way would first wait until the other
    /// side took what was written, which may be never, and would use a connection again whose
    /// request isn't whole when its answer is.
    static void breakOff(HttpClientRequest request) {
        var connection = (HttpClientConnectionInternal) request.connection();
        var _ = connection.channelHandlerContext().close();
    }

    /// With these schemes a server knows the connection from then on (RFC 4559 §6), whoever asks
    /// next on it.
    private static boolean belongsToConnection(@Nullable String authorization) {
        if (authorization == null) {
            return false;
        }
        String scheme = authorization.strip().toLowerCase(Locale.ROOT);
        return scheme.startsWith("ntlm") || scheme.startsWith("negotiate");
    }

    /// The pool tells connections apart by the address's text, which would be its name.
    private static InetAddress nameless(InetAddress address) {
        return AddressGuard.unscoped(address);
    }

    @Override
    public void close() {
        client.close();
    }
}
