/// A library that runs untrusted WebAssembly: the public face, with the words of
/// `dev.cress.wasm.guest`. Everything that knows the engine lives in the packages below, which
/// nothing else may import.
///
/// Start with [WasmHost]: it prepares a module into an [Image], makes [Isolates] of it for one
/// version of one tenant, and these run one request each within limits; how the guest ended is a
/// value.
///
/// ```text
/// build (a child JVM): bytes → scan → ABI check → parse, validate, compile (engine) → start
// section
///                      → image
/// here:                image → check, define classes (code) → isolates: pool ⇄ run → reset
/// a run:               isolate → adapter (cgi) ⇄ host calls (wasi) → outcome
/// ```
///
/// Not promised: no defence against timing side channels between tenants of one process beyond
/// coarse clocks. Tenants who must not share a process belong on different nodes.
@NullMarked
package dev.cress.wasm;

import org.jspecify.annotations.NullMarked;
