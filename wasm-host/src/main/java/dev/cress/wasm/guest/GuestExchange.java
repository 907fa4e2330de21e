package dev.cress.wasm.guest;

/// One request and its answer, as the host offers them to a guest. All methods but [#stopped] are
/// called on the guest's thread and may block; after it they return at once, with whatever they
/// have.
public interface GuestExchange {
    /// The request's head.
    GuestRequest request();

    /// Reads some of the request's body: at least one byte, or -1 at its end.
    int read(byte[] into, int offset, int length);

    /// The answer's head, exactly once and before any [#write].
    void head(ResponseHead head);

    /// Some of the answer's body. Blocks while the client is slower than the guest. The array
    /// belongs to the caller again on return.
    void write(byte[] from, int offset, int length);

    /// What was written so far shall go out now, though the guest may still fail: from here on a
    /// failure breaks the answer off.
    default void flush() {}

    /// The answer is whole and goes out; the guest may go on working, within the same limits.
    /// Nothing is written after it.
    default void end() {}

    /// What the version's manifest grants beside the request.
    default Capabilities capabilities() {
        return Capabilities.NONE;
    }

    /// The least level that the function's log keeps. What is below it never comes to [#log].
    default LogLevel logLevel() {
        return LogLevel.INFO;
    }

    /// What the guest wrote to its log, in pieces as it wrote them: a piece goes on with the line
    /// of the piece before if that had no end and the same level.
    void log(LogLevel level, byte[] text);

    /// The run is being stopped and will end with this outcome: makes whatever blocks return, now
    /// and from now on. Whoever waits for the answer need not wait for the guest's thread. Any
    /// thread; must not block.
    void stopped(Outcome outcome);
}
