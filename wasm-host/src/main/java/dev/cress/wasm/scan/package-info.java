/// The first look at uploaded bytes, before anything else reads them: every declared count is
/// checked against the bytes left and against fixed limits, every instruction is decoded, in
/// constant memory and in time linear in the bytes. What passes can't make a parser allocate more
/// than the module's own size accounts for, and uses no feature that Cress doesn't run.
///
/// Source: WebAssembly Core Specification 2.0, chapter 5 (binary format).
@NullMarked
package dev.cress.wasm.scan;

import org.jspecify.annotations.NullMarked;
