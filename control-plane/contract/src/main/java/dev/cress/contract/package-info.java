/// The words that Cress's programs exchange: records and enums that check themselves, and [Json],
/// the one mapping by which they travel. No behaviour lives here.
///
/// Start with [FunctionState] (what a node must know of a function), [ControlFrame] and [NodeFrame]
/// (what goes over a node's WebSocket), [Problem] (what an error says).
@NullMarked
package dev.cress.contract;

import org.jspecify.annotations.NullMarked;
