package dev.cress.router;

import dev.cress.contract.NodeInfo;

import java.net.URI;
import java.util.Optional;

/// A node as the router uses it: the directory's entry, taken apart once.
///
/// @param hash of the name, for [FleetView]'s spreading
record Node(NodeInfo info, String host, int port, boolean tls, Point point, long hash) {
    /// Nothing if its URL is none that can be reached.
    static Optional<Node> of(NodeInfo info) {
        try {
            URI url = URI.create(info.url());
            boolean tls = "https".equals(url.getScheme());
            if (url.getHost() == null || !(tls || "http".equals(url.getScheme()))) {
                return Optional.empty();
            }
            int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
            String host = url.getHost().replaceAll("[\\[\\]]", "");
            return Optional.of(
                    new Node(
                            info,
                            host,
                            port,
                            tls,
                            Point.of(info.latitude(), info.longitude()),
                            Hash.of(info.name())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    String name() {
        return info.name();
    }
}
