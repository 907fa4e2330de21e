/// The fleet's memory on disk: one SQLite file, written and read by one thread, and the rules that
/// hold inside a transaction. Knows nothing of HTTP connections or nodes' sessions.
///
/// Start with [Store] (what can be asked), [Schema] (what is kept), [Release] (the rules of a
/// deployment), [RevisionLog] (the chain that nodes follow).
@NullMarked
package dev.cress.control.store;

import org.jspecify.annotations.NullMarked;
