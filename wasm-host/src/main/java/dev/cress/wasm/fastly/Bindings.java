package dev.cress.wasm.fastly;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The calls that do something, by their full names, while [FastlyCalls] is made.
final class Bindings {
    private final Map<String, Call> byName = new HashMap<>();

    /// What a call does; it answers [Status#OK] unless it throws [Refused].
    interface Call {
        void apply(FastlyRun run, Passed passed);
    }

    /// The calls of one module.
    final class Module {
        private final String name;

        private Module(String name) {
            this.name = name;
        }

        Module bind(String call, Call does) {
            byName.put(name + "." + call, does);
            return this;
        }
    }

    Module module(String name) {
        return new Module(name);
    }

    Optional<Call> take(String fullName) {
        return Optional.ofNullable(byName.remove(fullName));
    }

    /// Fails when there is a call that nobody took.
    void requireNoneLeft() {
        if (!byName.isEmpty()) {
            throw new IllegalStateException("no signature for " + byName.keySet());
        }
    }
}
