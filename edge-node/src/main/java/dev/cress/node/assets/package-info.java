/// The files that versions bring: opened for guests and for clients, and answered to clients
/// without a guest.
@NullMarked
package dev.cress.node.assets;

import org.jspecify.annotations.NullMarked;
