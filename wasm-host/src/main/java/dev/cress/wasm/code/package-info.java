/// A guest's compiled classes: compiled once per module, checked before they are defined, and
/// defined in a loader of their own that sees nothing of the host but a short list.
///
/// ```text
/// module → Compiler (engine) → class files → Admission → GuestLoader ← HelperClass (ours, per
// image)
///                                                            └─ StopFlag: read by the poll on
// every
///                                                               loop edge and call
/// ```
@NullMarked
package dev.cress.wasm.code;

import org.jspecify.annotations.NullMarked;
