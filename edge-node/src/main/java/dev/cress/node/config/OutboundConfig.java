package dev.cress.node.config;

import dev.cress.contract.Limits;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a node's operator says of requests that guests send to other hosts.
///
/// @param allowed addresses that guests may reach although they aren't public
/// @param authorities a PEM file of certificate authorities that are trusted beside the JDK's
/// @param limits what one run and all together may ask for
public record OutboundConfig(
        List<AddressRange> allowed, Optional<Path> authorities, OutboundLimits limits) {
    /// Public addresses only.
    public static final OutboundConfig DEFAULT =
            new OutboundConfig(List.of(), Optional.empty(), OutboundLimits.DEFAULT);

    public OutboundConfig {
        allowed = List.copyOf(allowed);
    }

    /// The same with other limits.
    public OutboundConfig with(OutboundLimits others) {
        return new OutboundConfig(allowed, authorities, others);
    }

    /// What guests get at most of requests to other hosts.
    ///
    /// @param requestsPerRun that one run may send
    /// @param requestsPerFunction under way at once, per function and node
    /// @param requests under way at once, per node
    /// @param connectionsPerOrigin at once, per node
    /// @param waitingPerOrigin requests that wait for one of these
    /// @param connectionsKept that stay open for the next request, per node
    /// @param requestBodyBytes of one request
    /// @param responseBodyBytes of one answer
    /// @param headBytes of one request's line and headers, and of one answer's
    /// @param connect from a request's begin until it has a connection: name, queue, TCP and TLS
    /// @param head from a request's end to its answer's head
    /// @param idle while the other side neither takes nor gives a byte of a body
    /// @param keep how long an unused connection stays open, in seconds
    public record OutboundLimits(
            int requestsPerRun,
            int requestsPerFunction,
            int requests,
            int connectionsPerOrigin,
            int waitingPerOrigin,
            int connectionsKept,
            long requestBodyBytes,
            long responseBodyBytes,
            int headBytes,
            Duration connect,
            Duration head,
            Duration idle,
            Duration keep) {
        private static final long MIB = 1 << 20;

        public static final OutboundLimits DEFAULT =
                new OutboundLimits(
                        32,
                        256,
                        1_024,
                        128,
                        256,
                        256,
                        100 * MIB,
                        100 * MIB,
                        64 << 10,
                        Duration.ofSeconds(10),
                        Duration.ofMillis(Limits.WALL_MS_MAX),
                        Duration.ofMillis(Limits.WALL_MS_MAX),
                        Duration.ofSeconds(4));

        public OutboundLimits {
            positive("requestsPerRun", requestsPerRun);
            positive("requestsPerFunction", requestsPerFunction);
            positive("requests", requests);
            positive("connectionsPerOrigin", connectionsPerOrigin);
            positive("waitingPerOrigin", waitingPerOrigin);
            positive("connectionsKept", connectionsKept);
            positive("requestBodyBytes", requestBodyBytes);
            positive("responseBodyBytes", responseBodyBytes);
            positive("headBytes", headBytes);
            positive("connect (ms)", connect.toMillis());
            positive("head (ms)", head.toMillis());
            positive("idle (ms)", idle.toMillis());
            positive("keep (s)", keep.toSeconds());
        }

        private static void positive(String name, long value) {
            if (value <= 0) {
                throw new NodeException("outbound %s is %d: at least 1".formatted(name, value));
            }
        }
    }
}
