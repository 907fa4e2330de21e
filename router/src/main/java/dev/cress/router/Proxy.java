package dev.cress.router;

import dev.cress.contract.CressHeader;
import dev.cress.contract.ErrorCode;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Takes one event loop's requests: refuses what can't be sent on, finds out who asks, decides
/// which nodes are offered the request, and hands it to an [Exchange].
final class Proxy {
    private final Lane lane;
    private final ClientAddress clientAddress;
    private final LocationTable locations;

    Proxy(Lane lane, ClientAddress clientAddress, LocationTable locations) {
        this.lane = lane;
        this.clientAddress = clientAddress;
        this.locations = locations;
    }

    void handle(HttpServerRequest request) {
        MultiMap headers = request.headers();
        // A socket that closed meanwhile has no address; nobody will read the answer then.
        InetAddress peer =
                IpLiteral.parse(String.valueOf(request.remoteAddress().hostAddress()))
                        .orElseGet(InetAddress::getLoopbackAddress);
        boolean trusted = clientAddress.trusts(peer);
        String requestId = requestId(headers, trusted);
        switch (RequestGuard.check(request)) {
            case RequestGuard.Verdict.Refuse(ErrorCode code, String detail) ->
                    refuse(request, code, requestId, detail);
            case RequestGuard.Verdict.Pass(String host, String target) -> {
                long startNs = System.nanoTime();
                InetAddress address = trusted ? clientAddress.behind(peer, headers) : peer;
                Place place = locations.find(address);
                FleetView fleet = lane.fleet().view();
                var steering =
                        new Steering(
                                fleet,
                                address,
                                place,
                                lane.limits().attemptsMax(),
                                lane.fleet().placed().find(host, target));
                List<Node> candidates = steering.candidates();
                lane.metrics().decided(System.nanoTime() - startNs);
                Optional<String> scheme =
                        trusted ? ClientAddress.scheme(headers) : Optional.empty();
                var caller =
                        new Caller(
                                address,
                                place,
                                scheme.orElse(request.isSSL() ? "https" : "http"),
                                requestId,
                                trusted);
                MultiMap toNode = Headers.toNode(headers, host, caller, fleet.routerKey());
                new Exchange(lane, request, requestId, target, toNode, steering, candidates)
                        .start();
            }
        }
    }

    /// Refuses a request on a connection that is one too many.
    void overloaded(HttpServerRequest request, int connectionsMax) {
        refuse(
                request,
                ErrorCode.OVERLOADED,
                RequestIds.fresh(),
                "the router has %d connections open, its limit".formatted(connectionsMax));
    }

    /// Refuses what the decoder couldn't read.
    void invalid(HttpServerRequest request, RouterConfig.Clients limits) {
        Throwable cause = request.decoderResult().cause();
        String id = RequestIds.fresh();
        switch (cause) {
            case TooLongHttpLineException _ ->
                    refuse(
                            request,
                            ErrorCode.LINE_TOO_LARGE,
                            id,
                            "the request line is longer than %d bytes"
                                    .formatted(limits.requestLineBytesMax()));
            case TooLongHttpHeaderException _ ->
                    refuse(
                            request,
                            ErrorCode.HEADERS_TOO_LARGE,
                            id,
                            "the request headers are longer than %d bytes"
                                    .formatted(limits.headerBytesMax()));
            default ->
                    refuse(request, ErrorCode.BAD_REQUEST, id, "the request is no valid HTTP/1.1");
        }
    }

    private void refuse(
            HttpServerRequest request, ErrorCode code, String requestId, String detail) {
        lane.metrics().finished(Optional.empty(), code.status(), Outcome.REJECTED);
        Answer.lastProblem(request, code, requestId, detail);
    }

    private static String requestId(MultiMap headers, boolean trusted) {
        String theirs = headers.get(CressHeader.REQUEST_ID.text());
        return trusted && theirs != null && RequestIds.acceptable(theirs)
                ? theirs
                : RequestIds.fresh();
    }
}
