package dev.cress.node.sync;

import dev.cress.identity.KnownKeys;

/// Whose images a node takes.
///
/// @param keys that vouch for them
/// @param forged called whenever one is refused, on any thread
public record ImageTrust(KnownKeys keys, Runnable forged) {}
