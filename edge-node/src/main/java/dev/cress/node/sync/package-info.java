/// The node's session with the control plane, on one event loop.
@NullMarked
package dev.cress.node.sync;

import org.jspecify.annotations.NullMarked;
