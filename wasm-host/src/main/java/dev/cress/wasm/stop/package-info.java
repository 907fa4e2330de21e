/// How a run is stopped: the word that says who may stop it, the flag that its code polls, and the
/// watchdog that does.
@NullMarked
package dev.cress.wasm.stop;

import org.jspecify.annotations.NullMarked;
