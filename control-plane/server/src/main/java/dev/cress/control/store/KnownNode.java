package dev.cress.control.store;

import dev.cress.contract.NodeInfo;

/// A node that has been connected once.
///
/// @param revision the last one that it recorded, as far as is known
/// @param lastSeenMs ms since the epoch
public record KnownNode(NodeInfo info, long revision, long lastSeenMs) {}
