/// Tests of what the words allow.
@NullMarked
package dev.cress.contract;

import org.jspecify.annotations.NullMarked;
