/// The host's side of a run: what a host call finds of its run, how families of host calls are
/// linked, and what an entry convention is. Nothing here knows one ABI from another.
@NullMarked
package dev.cress.wasm.host;

import org.jspecify.annotations.NullMarked;
