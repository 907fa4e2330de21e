/// The way of a request through the node: event loop → guest thread → event loop.
@NullMarked
package dev.cress.node.serve;

import org.jspecify.annotations.NullMarked;
