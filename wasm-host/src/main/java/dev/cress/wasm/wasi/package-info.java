/// WASI preview 1 as a family of host calls: arguments, environment, clocks, random, the three
/// standard streams, and nothing of the host behind them: no sockets, and as files only what the
/// version brought, read-only, and a scratch folder in memory.
///
/// ```text
/// WasiFunctions  the 46 calls by name → WasiProcess, one run's state
///   FileCalls    fd_…    Descriptors: streams, open files, open folders
///   PathCalls    path_…  PathWalk: from a folder to an Inode, never out of the folder
/// Inode          FolderInode, FileInode, LinkInode: of assets, or of a Scratch
/// ```
///
/// Source: WASI snapshot preview 1, `wasi_snapshot_preview1.witx`. Every pointer and length comes
/// from the guest: the memory checks each, and no length becomes an allocation of the host's.
@NullMarked
package dev.cress.wasm.wasi;

import org.jspecify.annotations.NullMarked;
