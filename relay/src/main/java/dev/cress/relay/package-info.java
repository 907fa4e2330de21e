/// The relay: nodes hang off it as they would off the control plane, which gets by with one session
/// for all of them, says what is for many once, and gives each module, image and archive out once.
///
/// Start with [Relay] (how the parts hang together), then [Front] (what nodes ask for),
/// [NodeConnections] (their sessions), [ControlSession] (the one session upstream) and [Blobs]
/// (what was fetched, and is given out after it was seen to be what its digest says).
///
/// **What it is trusted with.** Snapshots, deltas and secrets are signed by the control plane, and
/// secrets are sealed to each node: a relay that was taken over can't forge them nor read them, and
/// what it gives out for a module that is another is thrown away by the node. It can hold back what
/// is for its nodes, drain them, follow their logs (these frames aren't signed), read the logs and
/// figures that they send, and say things in their names: of nodes that showed it their
/// certificate, whatever their region, and as long as that certificate is good. It can't begin to
/// speak for a node that never came to it. Nodes join and renew their certificates with the control
/// plane itself: no relay sees a join secret, nor can it get a
/// certificate in a node's name. Without TLS, on loopback, there is no such bound: tokens pass
/// through.
///
/// **What becomes of it.** When the control plane is away, or has removed the relay, all sessions
/// of nodes end, and none begins: nodes go on with what they have, and come back by themselves. So
/// a node that is connected to a relay is connected to the control plane.
///
/// Threads: one event loop has all sessions and the list of blobs; bytes of blobs are read, written
/// and checked by workers.
@NullMarked
package dev.cress.relay;

import org.jspecify.annotations.NullMarked;
