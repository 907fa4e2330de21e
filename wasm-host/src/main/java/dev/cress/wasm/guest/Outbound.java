package dev.cress.wasm.guest;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Requests that a guest sends to other hosts: those that its manifest lists, never what only the
/// node itself should reach. On the guest's thread.
public interface Outbound {
    /// [#awaitAny] waited as long as it should.
    int NONE_DONE = -1;

    /// Begins a request. Its body follows by [OutboundCall#write] and [OutboundCall#end].
    ///
    /// @throws OutboundException if it isn't granted, can't be sent as it is, or is one too many
    OutboundCall begin(OutboundHead head) throws OutboundException;

    /// Waits until one of these has its answer's head or has failed. Returns its index, or
    /// [#NONE_DONE].
    ///
    /// @param timeout zero only looks
    int awaitAny(List<OutboundCall> calls, Duration timeout);

    /// The origin that the manifest lists under this name, `https://api.example.com`: for guests
    /// that call other hosts by names of backends.
    default Optional<String> origin(String name) {
        return Optional.empty();
    }

    /// A request as a guest asks for it.
    ///
    /// @param url absolute, `http` or `https`
    /// @param headers `host` and what concerns only the connection is the host's to set
    /// @param contentLength of its body in bytes, -1 if it isn't known before it ends
    record OutboundHead(String method, String url, List<Header> headers, long contentLength) {
        public OutboundHead {
            headers = List.copyOf(headers);
        }
    }

    /// One request under way and its answer. Closed with the run, if not before.
    interface OutboundCall extends AutoCloseable {
        /// Some of the request's body; blocks while the other side is slower.
        void write(byte[] from, int offset, int length) throws OutboundException;

        /// The request's body is whole.
        void end() throws OutboundException;

        /// Whether [#response] would return or throw at once.
        boolean isDone();

        /// The answer's head; blocks until it is here.
        ResponseHead response() throws OutboundException;

        /// Reads some of the answer's body: at least one byte, or -1 at its end. Blocks.
        int read(byte[] into, int offset, int length) throws OutboundException;

        /// Gives it up, whatever its state.
        @Override
        void close();
    }
}
