/// Tests of the REST interface itself.
@NullMarked
package dev.cress.control.trust;

import org.jspecify.annotations.NullMarked;
