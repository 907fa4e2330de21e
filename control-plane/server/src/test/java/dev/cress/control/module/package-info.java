/// Tests of how modules are taken in.
@NullMarked
package dev.cress.control.module;

import org.jspecify.annotations.NullMarked;
