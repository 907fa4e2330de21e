package dev.cress.control.store;

import dev.cress.contract.NodeInfo;

/// A node that has been connected once.
///
/// @param revision the last one that it recorded, as far as is known
/// @param lastSeenMs ms since the epoch
/// @param server the id of the server that has its session, empty if none has
/// @param session rises with each of the node's sessions, on whichever server; 0 if it isn't known
///     yet
/// @param draining whether it takes nothing new
/// @param clockSkewMs how far its clock was ahead when it connected
/// @param relay behind which its session is, empty if it is behind none or its server doesn't say
///     so
/// @param drainAsked whether somebody wants its present session to drain; told, never stored
public record KnownNode(
        NodeInfo info,
        long revision,
        long lastSeenMs,
        String server,
        long session,
        boolean draining,
        long clockSkewMs,
        String relay,
        boolean drainAsked) {}
