package dev.cress.control.sync;

import java.util.function.Consumer;

/// Whoever has a session here: over a WebSocket of its own, or behind a relay. Lives on the event
/// loop.
interface Peer {
    /// The credential that opened the session.
    Credential credential();

    void send(String frame);

    /// Whether it doesn't take what it is sent as fast as that comes.
    boolean slow();

    void onText(Consumer<String> reader);

    /// Runs whenever a slow one has caught up.
    void onDrain(Runnable action);

    /// Runs once, when the session is over from either side; at once when this side ends it, since
    /// a half-open connection would take its time.
    void onEnd(Runnable action);

    void end(CloseCode code, String reason);

    /// The relay that it is behind, empty if none.
    String relay();
}
