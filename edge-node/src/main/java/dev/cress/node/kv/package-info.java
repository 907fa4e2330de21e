/// The stores of values by key that guests on this node share: one SQLite file, one thread that
/// touches it. A fleet-wide store will stand behind the same interface.
@NullMarked
package dev.cress.node.kv;

import org.jspecify.annotations.NullMarked;
