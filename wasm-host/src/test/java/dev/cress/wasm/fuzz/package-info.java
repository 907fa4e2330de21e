/// What the fuzz targets have in common. The targets, classes named `…FuzzTest`, stand beside what
/// they fuzz; what they found is in the resources, `…FuzzTestInputs`, and runs with all other
/// tests.
@NullMarked
package dev.cress.wasm.fuzz;

import org.jspecify.annotations.NullMarked;
