/// Tests of the sync's parts.
@NullMarked
package dev.cress.control.sync;

import org.jspecify.annotations.NullMarked;
