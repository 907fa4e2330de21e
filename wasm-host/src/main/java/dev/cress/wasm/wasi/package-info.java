/// WASI preview 1 as a family of host calls: arguments, environment, clocks, random, the three
/// standard streams, and nothing of the host behind them: no files, no sockets.
///
/// Source: WASI snapshot preview 1, `wasi_snapshot_preview1.witx`. Every pointer and length comes
/// from the guest: the memory checks each, and no length becomes an allocation of the host's.
@NullMarked
package dev.cress.wasm.wasi;

import org.jspecify.annotations.NullMarked;
