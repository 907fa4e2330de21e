package dev.cress.node.serve;

import dev.cress.contract.CressHeader;
import dev.cress.contract.RequestPath;
import dev.cress.contract.RouteIndex;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;

import org.jspecify.annotations.Nullable;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.UUID;

/// What the node believes of a request: who asks, from where, under which id. A router that shows
/// the fleet's key is believed; anybody else is who their connection says.
///
/// @param fromRouter whether a router of the fleet sent it
/// @param host in lower case, without a port or a trailing dot; empty if there was none
/// @param path normalised, or null if it can't be
/// @param query without `?`, empty if there was none
/// @param country ISO 3166-1 alpha-2, or empty
record Incoming(
        boolean fromRouter,
        String requestId,
        String clientAddress,
        String country,
        String city,
        String scheme,
        String host,
        int port,
        @Nullable String path,
        String query) {

    static Incoming of(HttpServerRequest request, byte[] routerKey) {
        boolean trusted = isRouter(request, routerKey);
        HostAndPort authority = request.authority();
        String scheme = trusted ? header(request, CressHeader.CLIENT_SCHEME) : "";
        if (scheme.isEmpty()) {
            scheme = request.isSSL() ? "https" : "http";
        }
        String id = trusted ? header(request, CressHeader.REQUEST_ID) : "";
        String address = trusted ? header(request, CressHeader.CLIENT_ADDRESS) : "";
        String query = request.query();
        return new Incoming(
                trusted,
                id.isEmpty() ? UUID.randomUUID().toString() : id,
                address.isEmpty() ? request.remoteAddress().hostAddress() : address,
                trusted ? header(request, CressHeader.CLIENT_COUNTRY) : "",
                trusted ? decode(header(request, CressHeader.CLIENT_CITY)) : "",
                scheme,
                authority == null ? "" : RouteIndex.host(authority.host()),
                authority == null || authority.port() <= 0
                        ? scheme.equals("https") ? 443 : 80
                        : authority.port(),
                RequestPath.normalise(request.path() == null ? "" : request.path()),
                query == null ? "" : query);
    }

    private static boolean isRouter(HttpServerRequest request, byte[] routerKey) {
        String shown = request.getHeader(CressHeader.ROUTER_KEY.text());
        return shown != null
                && routerKey.length > 0
                && MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), routerKey);
    }

    private static String header(HttpServerRequest request, CressHeader header) {
        String value = request.getHeader(header.text());
        return value == null ? "" : value;
    }

    private static String decode(String city) {
        try {
            return URLDecoder.decode(city.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /// What stays the same from one request of this client to the next, if it named nothing itself:
    /// its address, in IPv6 the /64 that one customer has.
    String addressAffinity() {
        if (clientAddress.indexOf(':') < 0) {
            return clientAddress;
        }
        int groups = 0;
        for (int i = 0; i < clientAddress.length(); i++) {
            if (clientAddress.charAt(i) == ':' && ++groups == 4) {
                return clientAddress.substring(0, i);
            }
        }
        return clientAddress;
    }

    boolean isLoopback() {
        return clientAddress.startsWith("127.")
                || clientAddress.equals("::1")
                || clientAddress.equals("0:0:0:0:0:0:0:1");
    }
}
