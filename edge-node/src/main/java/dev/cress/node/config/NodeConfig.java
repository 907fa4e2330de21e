package dev.cress.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How one node is set up.
///
/// @param name unique in the fleet, a DNS label
/// @param region where it is, in the operator's word
/// @param latitude in degrees
/// @param longitude in degrees
/// @param control the control plane's URL
/// @param joinToken by which it is let in there
/// @param data the folder that it keeps its state in
/// @param domain under which functions have host names
/// @param bind the address that it listens on
/// @param port where it serves, 0 for any free one
/// @param adminPort where metrics and health are, on loopback, 0 for any free one
/// @param advertise the URL by which routers reach it, if it isn't `http://BIND:PORT`
/// @param limits what it gives at most
public record NodeConfig(
        String name,
        String region,
        double latitude,
        double longitude,
        URI control,
        String joinToken,
        Path data,
        String domain,
        String bind,
        int port,
        int adminPort,
        Optional<URI> advertise,
        NodeLimits limits) {

    /// The node's own limits, which cap what manifests ask for.
    ///
    /// @param guestThreads guests that run at once
    /// @param queuedPerFunction requests that wait for a guest thread, per function
    /// @param queueWait how long one of them waits at most
    /// @param requestBodyBytes of one request
    /// @param requestLineBytes of one request's line
    /// @param requestHeaderBytes of one request's headers together
    /// @param responseBodyBytes of one answer
    /// @param responseHeaderBytes of one answer's head
    /// @param logBytes of one request's log
    /// @param cpu time of one run
    /// @param wall time of one run
    /// @param memoryBytes of one guest
    /// @param bufferedBodyBytes of all requests' bodies together, while they wait for a guest
    /// @param connections from routers and clients
    /// @param idle time after which a silent connection is closed
    /// @param drain time that requests in flight get when the node stops
    public record NodeLimits(
            int guestThreads,
            int queuedPerFunction,
            Duration queueWait,
            long requestBodyBytes,
            int requestLineBytes,
            int requestHeaderBytes,
            long responseBodyBytes,
            long responseHeaderBytes,
            int logBytes,
            Duration cpu,
            Duration wall,
            long memoryBytes,
            long bufferedBodyBytes,
            int connections,
            Duration idle,
            Duration drain) {
        private static final long MIB = 1 << 20;

        public static final NodeLimits DEFAULT =
                new NodeLimits(
                        128,
                        128,
                        Duration.ofSeconds(5),
                        100 * MIB,
                        8 * 1024,
                        64 * 1024,
                        100 * MIB,
                        64 * 1024,
                        64 * 1024,
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        2047 * MIB,
                        128 * MIB,
                        20_000,
                        Duration.ofSeconds(75),
                        Duration.ofSeconds(10));
    }
}
