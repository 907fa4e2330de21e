package dev.cress.wasm.scan;

import dev.cress.wasm.scan.ModuleOutline.Signature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Which functions a module has, imported ones first, and of what type each is, as far as it says
/// so: that the types are there isn't checked. As large as the module's own text of it.
final class FunctionTypes {
    private final List<Signature> types = new ArrayList<>();
    private int[] ofFunctions = new int[64];
    private int functions;

    void add(String parameters, String results) {
        types.add(new Signature(parameters, results));
    }

    /// The next function.
    void function(long type) {
        if (functions == ofFunctions.length) {
            ofFunctions = Arrays.copyOf(ofFunctions, 2 * functions);
        }
        ofFunctions[functions++] = (int) Math.min(type, Integer.MAX_VALUE);
    }

    Optional<Signature> of(long function) {
        if (function >= functions || ofFunctions[(int) function] >= types.size()) {
            return Optional.empty();
        }
        return Optional.of(types.get(ofFunctions[(int) function]));
    }
}
