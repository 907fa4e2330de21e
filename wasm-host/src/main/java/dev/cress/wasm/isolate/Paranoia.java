package dev.cress.wasm.isolate;

import dev.cress.wasm.memory.GuestMemory;

import org.jspecify.annotations.Nullable;

import run.endive.wasm.WasmModule;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/// Compares a reset isolate with a fresh one, everything that either refers to, by reflection: what
/// the engine adds to an instance one day is found without our knowing of it. Slow (milliseconds),
/// so it runs always in tests and for a sample in production. Not thread-safe.
final class Paranoia {
    private final IdentityHashMap<Object, Object> met = new IdentityHashMap<>();
    private final Deque<Pair> open = new ArrayDeque<>();

    private Paranoia() {}

    /// Two things that should be equal, and how they were reached.
    private record Pair(@Nullable Object reset, @Nullable Object fresh, String path) {}

    /// What differs, if anything does.
    static Optional<String> difference(Isolate reset, Isolate fresh) {
        return new Paranoia().compare(reset, fresh);
    }

    private Optional<String> compare(Isolate reset, Isolate fresh) {
        open.add(new Pair(reset, fresh, "isolate"));
        while (!open.isEmpty()) {
            Pair pair = open.pop();
            if (!agree(pair)) {
                return Optional.of(
                        "%s is %s, fresh %s".formatted(pair.path, pair.reset, pair.fresh));
            }
        }
        return Optional.empty();
    }

    private boolean agree(Pair pair) {
        Object reset = pair.reset;
        Object fresh = pair.fresh;
        if (reset == fresh) {
            return true;
        }
        if (reset == null || fresh == null) {
            return false;
        }
        if (met.put(reset, fresh) == fresh) {
            return true;
        }
        return switch (reset) {
            case GuestMemory memory -> memory.isAsFreshAs((GuestMemory) fresh);
            case int[] ints -> Arrays.equals(ints, (int[]) fresh);
            case long[] longs -> Arrays.equals(longs, (long[]) fresh);
            case Number _, String _, Boolean _, Enum<?> _ -> reset.equals(fresh);
            case Map<?, ?> map -> agree(map, (Map<?, ?>) fresh, pair.path);
            case Collection<?> some ->
                    agree(some.toArray(), ((Collection<?>) fresh).toArray(), pair.path);
            case WasmModule _ -> false;
            default ->
                    reset.getClass() == fresh.getClass()
                            && (reset.getClass().isArray()
                                    ? agree(reset, fresh, pair.path)
                                    : fieldsAgree(reset, fresh, pair.path));
        };
    }

    private boolean agree(Map<?, ?> reset, Map<?, ?> fresh, String path) {
        reset.forEach((key, value) -> open.add(new Pair(value, fresh.get(key), path + "." + key)));
        return reset.keySet().equals(fresh.keySet());
    }

    private boolean agree(Object reset, Object fresh, String path) {
        int length = Array.getLength(reset);
        if (length != Array.getLength(fresh)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            open.add(new Pair(Array.get(reset, i), Array.get(fresh, i), path + "[" + i + "]"));
        }
        return true;
    }

    private boolean fieldsAgree(Object reset, Object fresh, String path) {
        if (reset.getClass().getName().startsWith("java.")) {
            // nothing of the platform's holds a guest's state here but collections
            return reset.equals(fresh) || reset.getClass().isHidden();
        }
        for (Class<?> type = reset.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    open.add(
                            new Pair(
                                    value(field, reset),
                                    value(field, fresh),
                                    path + "." + field.getName()));
                }
            }
        }
        return true;
    }

    private static @Nullable Object value(Field field, Object of) {
        try {
            field.setAccessible(true);
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new LinkageError("a field can't be read", e);
        }
    }
}
