package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.stop.GuestEnded;

/// What a guest may ask when. Where the ABI says that the host panics, the guest ends here.
final class Rules {
    /// Bits of `enable_features`.
    static final int BUFFER_REQUEST = 1;

    static final int BUFFER_RESPONSE = 2;

    /// Trailers aren't among them.
    static final int FEATURES = BUFFER_REQUEST | BUFFER_RESPONSE;

    private Rules() {}

    static GuestEnded broken(String rule) {
        return new GuestEnded(new Outcome.BrokeProtocol("http_handler: " + rule));
    }

    /// @param rule with `%s` for what it is about
    static void require(boolean kept, String rule, Object about) {
        if (!kept) {
            throw broken(rule.formatted(about));
        }
    }

    static void require(boolean kept, String rule) {
        if (!kept) {
            throw broken(rule);
        }
    }
}
