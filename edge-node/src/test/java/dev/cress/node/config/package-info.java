@NullMarked
package dev.cress.node.config;

import org.jspecify.annotations.NullMarked;
