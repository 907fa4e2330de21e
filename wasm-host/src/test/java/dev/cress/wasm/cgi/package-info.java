@NullMarked
package dev.cress.wasm.cgi;

import org.jspecify.annotations.NullMarked;
