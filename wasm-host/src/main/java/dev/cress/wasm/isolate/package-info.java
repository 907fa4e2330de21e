/// What one run of a guest has for itself: its memory, its tables, the word that says who may stop
/// it, and the watchdog that does.
@NullMarked
package dev.cress.wasm.isolate;

import org.jspecify.annotations.NullMarked;
