package dev.cress.wasm.split;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The globals through which pieces hand over what they changed. All pieces share them: each is
/// read right after the call.
final class Returns {
    private final int first;
    private final List<Integer> types = new ArrayList<>();
    private final Map<Integer, List<Integer>> byType = new HashMap<>();

    /// @param first the index that the first one gets
    Returns(int first) {
        this.first = first;
    }

    /// For another piece.
    Use use() {
        return new Use();
    }

    /// The types of those that there are, by index.
    List<Integer> types() {
        return types;
    }

    /// Each of its globals is another one.
    final class Use {
        private final Map<Integer, Integer> used = new HashMap<>();

        /// A global of this type.
        int of(int type) {
            List<Integer> known = byType.computeIfAbsent(type, _ -> new ArrayList<>());
            int number = used.merge(type, 1, Integer::sum);
            if (number > known.size()) {
                known.add(first + types.size());
                types.add(type);
            }
            return known.get(number - 1);
        }
    }
}
