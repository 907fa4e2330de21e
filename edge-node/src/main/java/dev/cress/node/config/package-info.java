/// How a node is set up, and what is wrong when it cannot be.
@NullMarked
package dev.cress.node.config;

import org.jspecify.annotations.NullMarked;
