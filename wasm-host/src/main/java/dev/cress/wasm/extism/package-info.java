/// The ABI `extism`: plug-ins made with Extism's plug-in development kits, for any language that
/// has one. Bytes in, bytes out, and the host calls of `extism:host/env`, which are the whole
/// contract.
///
/// It follows the reference host, `runtime/src/pdk.rs` and `kernel/src/lib.rs` of the repository
/// `extism/extism` (BSD-3-Clause, read in late 2025). Where that one would fail the call with an
/// error, the guest traps with the same. What differs, and why:
///
/// * A plug-in's variables last for one request, because every request begins in a fresh isolate.
/// * The memory that both share counts as the guest's, so it is within the guest's limit.
/// * Bookkeeping of that memory is out of the guest's reach.
/// * A header that an answer has more than once comes with all its values, joined by commas (RFC
///   9110 §5.3), not with the last alone.
///
/// Start with [ExtismConvention], then [Plugin].
@NullMarked
package dev.cress.wasm.extism;

import org.jspecify.annotations.NullMarked;
