/// A library that runs untrusted WebAssembly: the public face, with the words of
/// `dev.cress.wasm.guest`. Everything that knows the engine lives in the packages below, which
/// nothing else may import.
///
/// Start with [WasmHost]: it prepares a module into an [Image] and runs an image for one request
/// within limits; how the guest ended is a value.
///
/// ```text
/// bytes → scan → parse, validate (engine) → ABI check → compile (engine) → Image
/// Image → GuestRun: memory, instance → adapter (cgi) ⇄ host calls (wasi) → outcome
/// ```
///
/// Not promised: no defence against timing side channels between tenants of one process beyond
/// coarse clocks. Tenants who must not share a process belong on different nodes.
@NullMarked
package dev.cress.wasm;

import org.jspecify.annotations.NullMarked;
