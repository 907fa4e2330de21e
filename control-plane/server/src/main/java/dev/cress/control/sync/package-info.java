/// The sessions of nodes and routers: what they are told, what they say, who is there. Everything
/// here lives on one event loop, so nothing locks.
///
/// Start with [Sync] (the package's face), [FleetImage] (what a node is sent), [NodeSession] (one
/// node's connection), [Presence] (which nodes there are, and how far each is).
@NullMarked
package dev.cress.control.sync;

import org.jspecify.annotations.NullMarked;
