package dev.cress.wasm.fastly;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// What a run has open, by the numbers that its guest knows it by. A number means one thing of one
/// type for the whole run, and nothing once that is closed; another run's numbers mean nothing.
final class Handles {
    /// At once.
    static final int OPEN_MAX = 1_024;

    /// What stands for no handle (`fastly_shared::INVALID_…_HANDLE`).
    static final int INVALID = -2;

    private final Map<Integer, Object> open = new HashMap<>();
    private int last;

    int add(Object opened) {
        if (open.size() >= OPEN_MAX) {
            throw new Refused(Status.LIMITEXCEEDED);
        }
        last++;
        open.put(last, opened);
        return last;
    }

    <T> T get(int handle, Class<T> type) {
        return typed(open.get(handle), type);
    }

    /// The same, and closes it.
    <T> T take(int handle, Class<T> type) {
        T taken = get(handle, type);
        open.remove(handle);
        return taken;
    }

    /// From now on the handle means this.
    void replace(int handle, Object other) {
        open.put(handle, other);
    }

    private static <T> T typed(@Nullable Object found, Class<T> type) {
        if (!type.isInstance(found)) {
            throw new Refused(Status.BADF);
        }
        return type.cast(found);
    }
}
