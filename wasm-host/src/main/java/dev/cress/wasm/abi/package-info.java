/// What runs here: every entry convention by its name, and every host call that a module may
/// import. The only place that knows them all.
@NullMarked
package dev.cress.wasm.abi;

import org.jspecify.annotations.NullMarked;
