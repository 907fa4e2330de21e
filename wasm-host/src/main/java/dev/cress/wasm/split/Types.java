package dev.cress.wasm.split;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The types of a module's functions, to which pieces add theirs.
final class Types {
    /// A function's type, by the codes of its parameters and results.
    record FunctionType(List<Integer> parameters, List<Integer> results) {
        FunctionType {
            parameters = List.copyOf(parameters);
            results = List.copyOf(results);
        }
    }

    private final List<FunctionType> types = new ArrayList<>();
    private final List<Integer> ofFunctions = new ArrayList<>();
    private final Map<FunctionType, Integer> added = new HashMap<>();
    private int imported;

    /// Reads the type section's content.
    void readTypes(Code in) {
        int count = in.u32();
        for (int i = 0; i < count; i++) {
            in.u8();
            types.add(new FunctionType(values(in), values(in)));
        }
    }

    private static List<Integer> values(Code in) {
        var values = new ArrayList<Integer>();
        int count = in.u32();
        for (int i = 0; i < count; i++) {
            values.add(in.u8());
        }
        return values;
    }

    /// Reads the import section's content, of functions only.
    void readImports(Code in) {
        imported = in.u32();
        for (int i = 0; i < imported; i++) {
            in.skip(in.u32());
            in.skip(in.u32());
            in.u8();
            ofFunctions.add(in.u32());
        }
    }

    void readFunctions(Code in) {
        int count = in.u32();
        for (int i = 0; i < count; i++) {
            ofFunctions.add(in.u32());
        }
    }

    FunctionType type(int index) {
        return types.get(index);
    }

    FunctionType ofFunction(int function) {
        return types.get(ofFunctions.get(function));
    }

    /// How many functions are imported: the first indices.
    int imported() {
        return imported;
    }

    int functions() {
        return ofFunctions.size();
    }

    /// Adds a function of this type.
    ///
    /// @return its index
    int addFunction(FunctionType type) {
        int index =
                added.computeIfAbsent(
                        type,
                        t -> {
                            types.add(t);
                            return types.size() - 1;
                        });
        ofFunctions.add(index);
        return ofFunctions.size() - 1;
    }

    /// Those that functions added need, from this index on.
    List<FunctionType> typesFrom(int first) {
        return List.copyOf(types.subList(first, types.size()));
    }

    int count() {
        return types.size();
    }

    /// The types of the functions added, by their indices.
    List<Integer> ofFunctionsFrom(int first) {
        return List.copyOf(ofFunctions.subList(first, ofFunctions.size()));
    }
}
