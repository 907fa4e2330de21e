/// One node of the fleet. Start with [EdgeNode], which wires the parts in the order of a request
/// and of a deployment.
///
/// ```text
/// serve   HTTP in → route table → admission → guest thread → HTTP out
/// state   what the node was told, on its disk; staging; which deployment takes effect
/// sync    the WebSocket to the control plane
/// ```
///
/// Event loops do I/O and never run a guest; guests run on platform threads of their own. What
/// the node was told has one thread that changes and records it, staging another that fetches and
/// prepares modules.
@NullMarked
package dev.cress.node;

import org.jspecify.annotations.NullMarked;
