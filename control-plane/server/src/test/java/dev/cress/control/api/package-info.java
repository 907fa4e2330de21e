/// Tests of the REST interface itself.
@NullMarked
package dev.cress.control.api;

import org.jspecify.annotations.NullMarked;
