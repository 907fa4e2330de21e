/// The router: for each request it finds where the client is, ranks the fleet's nodes for it, and
/// streams to the best one, or to the next when that one can't be reached.
///
/// Start with [Router] (how the parts hang together), then, in the order of a request: [Proxy],
/// [ClientAddress], [LocationTable], [FleetView], [Exchange]. What the router knows of the fleet
/// comes by [ControlSession], is kept by [DirectoryFile] and judged by [FleetWatch].
///
/// Threads: each event loop has its own listener, clients and retry budget, and a request never
/// leaves the loop that accepted it. Between loops only immutable snapshots travel.
@NullMarked
package dev.cress.router;

import org.jspecify.annotations.NullMarked;
