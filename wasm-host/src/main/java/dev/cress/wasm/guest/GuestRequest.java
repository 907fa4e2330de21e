package dev.cress.wasm.guest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request as a guest may learn of it.
///
/// @param scheme `http` or `https`, as the client spoke
/// @param host the authority's host, without the port
/// @param port the authority's port
/// @param path as it came, still percent-encoded
/// @param query as it came, without `?`; empty if there was none
/// @param protocol `HTTP/1.1`
/// @param contentLength bytes of the body, -1 if it isn't known before it ends
/// @param remoteAddress the client's address
/// @param route where the request came in
/// @param place what the node knows of itself and the client
/// @param config what the version's manifest declares
public record GuestRequest(
        String method,
        String scheme,
        String host,
        int port,
        String path,
        String query,
        String protocol,
        List<Header> headers,
        long contentLength,
        String remoteAddress,
        MatchedRoute route,
        Place place,
        Map<String, String> config) {
    public GuestRequest {
        headers = List.copyOf(headers);
        config = Map.copyOf(config);
    }

    /// The route that led here: `pattern` as it was declared (`/x/*`), `prefix` the part of the
    /// path that it fixes (`/x`).
    public record MatchedRoute(String pattern, String prefix) {}

    /// Where this runs, for whom, and what is known of the client's place.
    ///
    /// @param clientCountry ISO 3166-1 alpha-2, or empty
    /// @param clientCity its name, or empty
    public record Place(
            String function,
            int version,
            String node,
            String region,
            String requestId,
            String clientCountry,
            String clientCity) {}

    /// The same with this config.
    public GuestRequest with(Map<String, String> otherConfig) {
        return new GuestRequest(
                method,
                scheme,
                host,
                port,
                path,
                query,
                protocol,
                headers,
                contentLength,
                remoteAddress,
                route,
                place,
                otherConfig);
    }

    /// The same after a filter has changed it. A path that is no longer below the route's prefix
    /// has none.
    public GuestRequest changed(
            String newMethod,
            String newPath,
            String newQuery,
            List<Header> newHeaders,
            long newContentLength) {
        boolean below = newPath.equals(route.prefix) || newPath.startsWith(route.prefix + "/");
        return new GuestRequest(
                newMethod,
                scheme,
                host,
                port,
                newPath,
                newQuery,
                protocol,
                newHeaders,
                newContentLength,
                remoteAddress,
                below ? route : new MatchedRoute(route.pattern, ""),
                place,
                config);
    }

    /// The first value of this header.
    public Optional<String> header(String name) {
        return headers.stream()
                .filter(h -> h.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }
}
