/// What guests may ask of this node beside their request, one implementation each, denied unless
/// the version's manifest grants it. [NodeCapabilities] lives as long as the node,
/// [RunCapabilities] as long as one run.
@NullMarked
package dev.cress.node.capability;

import org.jspecify.annotations.NullMarked;
