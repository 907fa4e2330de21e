package dev.cress.router;

import io.vertx.core.MultiMap;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Finds the address that a request comes from: the connection's, or, when that is a proxy of ours,
/// the right-most address of the chain that isn't one. Everything further left was written by
/// strangers.
record ClientAddress(List<Cidr> trustedPeers) {
    private static final String X_FORWARDED_FOR = "x-forwarded-for";
    private static final String X_FORWARDED_PROTO = "x-forwarded-proto";
    private static final String FORWARDED = "forwarded";

    ClientAddress {
        trustedPeers = List.copyOf(trustedPeers);
    }

    boolean trusts(InetAddress address) {
        for (Cidr peer : trustedPeers) {
            if (peer.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /// The client behind a trusted peer. A proxy that writes one of the two headers may hand on the
    /// other as a stranger wrote it: when they disagree, neither is believed.
    InetAddress behind(InetAddress peer, MultiMap headers) {
        List<String> old = headers.getAll(X_FORWARDED_FOR);
        List<String> standard = headers.getAll(FORWARDED);
        if (standard.isEmpty()) {
            return old.isEmpty() ? peer : walk(peer, Forwarded.xForwardedFor(old));
        }
        InetAddress byStandard = walk(peer, Forwarded.forwarded(standard));
        return old.isEmpty() || byStandard.equals(walk(peer, Forwarded.xForwardedFor(old)))
                ? byStandard
                : peer;
    }

    /// `https` or `http`, as a trusted peer says its client spoke, if it says so.
    static Optional<String> scheme(MultiMap headers) {
        String old = headers.get(X_FORWARDED_PROTO);
        Optional<String> scheme =
                old == null ? Forwarded.proto(headers.getAll(FORWARDED)) : Optional.of(old.strip());
        return scheme.filter(s -> s.equals("http") || s.equals("https"));
    }

    private InetAddress walk(InetAddress peer, List<Optional<InetAddress>> chain) {
        InetAddress client = peer;
        for (var address : chain.reversed()) {
            if (address.isEmpty()) {
                return client;
            }
            client = address.get();
            if (!trusts(client)) {
                return client;
            }
        }
        return client;
    }
}
