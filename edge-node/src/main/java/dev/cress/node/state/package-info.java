/// What the node must serve and what it has for it. One worker thread, [NodeState]'s, changes it;
/// requests read an immutable table.
@NullMarked
package dev.cress.node.state;

import org.jspecify.annotations.NullMarked;
