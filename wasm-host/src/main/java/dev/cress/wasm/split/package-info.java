/// Cuts functions that the JIT compiles late or never into pieces that it compiles at once.
/// HotSpot's first compiler runs out of registers in a function of some thousands of instructions,
/// which then is interpreted until the second one has it; in the loop of an interpreter, as
/// JavaScript engines, Lua and Python have one, the second runs out of memory as well, and what is
/// over 64 KiB of bytecode doesn't even fit a method of the JVM. QuickJS's was left to the JVM's
/// own interpreter, which made each answer of a script take 12 ms.
///
/// ```text
/// module → Sections → BodyReader → Block of Statements → Liveness → Regions → Piece → BodyWriter
///                                                          ▲                     │
///                                                          └──until it is small──┘
/// ```
///
/// A run of statements becomes a function of its own: the locals that it reads are its parameters,
/// those that it changes come back through globals of their own, and a number says where to go on.
/// The engine validates what comes out as it does every module (Core Specification, 2 and 5).
@NullMarked
package dev.cress.wasm.split;

import org.jspecify.annotations.NullMarked;
