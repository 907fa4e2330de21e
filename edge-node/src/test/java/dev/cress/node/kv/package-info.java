/// Tests of the stores on a real file.
@NullMarked
package dev.cress.node.kv;

import org.jspecify.annotations.NullMarked;
