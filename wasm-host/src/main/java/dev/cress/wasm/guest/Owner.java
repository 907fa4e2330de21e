package dev.cress.wasm.guest;

import java.util.Map;

/// Whose guest runs, where several work on one exchange: what of the exchange is its own. Used on
/// the guest's thread.
public interface Owner {
    /// The function's name.
    String function();

    /// The version's number.
    int version();

    /// What the version's manifest declares.
    Map<String, String> config();

    /// What the version's manifest grants.
    Capabilities capabilities();

    /// What the guest wrote to its log, in pieces as it wrote them.
    void log(byte[] text);
}
