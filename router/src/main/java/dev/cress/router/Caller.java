package dev.cress.router;

import java.net.InetAddress;

/// Who asks, as far as the router believes it.
///
/// @param scheme `http` or `https`
/// @param trustedPeer whether the connection is a proxy of ours
record Caller(
        InetAddress address, Place place, String scheme, String requestId, boolean trustedPeer) {}
