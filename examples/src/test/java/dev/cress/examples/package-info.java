/// Each example is deployed into a whole fleet and asked over HTTP, through router and node. The
/// tests share one [TestFleet]; start at [HelloTest].
@NullMarked
package dev.cress.examples;

import org.jspecify.annotations.NullMarked;
