package dev.cress.node.serve;

import dev.cress.node.serve.RequestHandler.Place;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;

import io.vertx.core.http.HttpServerRequest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What a guest gets to see of a request: the client's own words, without what is the node's
/// business, and what the node knows of the client and of itself. Event loop.
final class GuestView {
    private GuestView() {}

    /// @param bodyLength bytes of the body if it is whole, else -1
    static GuestRequest of(
            HttpServerRequest http,
            Incoming incoming,
            RouteTable.Match match,
            ServedVersion version,
            Place place,
            long bodyLength) {
        boolean hasBody = bodyLength != 0 || http.headers().contains("content-length");
        return new GuestRequest(
                http.method().name(),
                incoming.scheme(),
                incoming.host(),
                incoming.port(),
                Objects.requireNonNull(incoming.path()),
                incoming.query(),
                switch (http.version()) {
                    case HTTP_1_0 -> "HTTP/1.0";
                    case HTTP_1_1 -> "HTTP/1.1";
                    case HTTP_2 -> "HTTP/2.0";
                },
                headers(http),
                hasBody ? length(http, bodyLength) : -1,
                incoming.clientAddress(),
                new GuestRequest.MatchedRoute(match.pattern(), match.prefix()),
                new GuestRequest.Place(
                        match.function().name().value(),
                        version.version().number(),
                        place.name(),
                        place.region(),
                        incoming.requestId(),
                        incoming.country(),
                        incoming.city()),
                version.version().manifest().config());
    }

    private static List<Header> headers(HttpServerRequest http) {
        List<Header> headers = new ArrayList<>();
        for (Map.Entry<String, String> header : http.headers()) {
            if (HeaderRules.guestMaySee(header.getKey())) {
                headers.add(new Header(header.getKey(), header.getValue()));
            }
        }
        return headers;
    }

    /// What the client declared, or what came if it all came.
    private static long length(HttpServerRequest http, long bodyLength) {
        String declared = http.getHeader("content-length");
        return declared != null && declared.matches("[0-9]{1,18}")
                ? Long.parseLong(declared)
                : bodyLength;
    }
}
