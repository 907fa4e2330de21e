/// The fleet's memory on disk, a SQLite file or a PostgreSQL database, and the rules that hold
/// inside a transaction. Knows nothing of HTTP connections or nodes' sessions.
///
/// Start with [Store] (what can be asked, and what is guaranteed), [Schema] (what is kept),
/// [Release] (the rules of a deployment), [RevisionLog] (the chain that nodes follow), [Dialect]
/// (all that the engines say differently).
@NullMarked
package dev.cress.control.store;

import org.jspecify.annotations.NullMarked;
