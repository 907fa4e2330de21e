/// The sessions of nodes, routers and relays: what they are told, what they say, who is there.
/// Everything here lives on one event loop, so nothing locks.
///
/// Start with [Sync] (the package's face), [FleetImage] (what a node is sent), [NodeSession] (one
/// node's connection, its own or behind a relay), [Presence] (which nodes there are, and how far
/// each is), [RelaySession] (one relay's connection, and the nodes behind it).
@NullMarked
package dev.cress.control.sync;

import org.jspecify.annotations.NullMarked;
