package dev.cress.node.config;

import dev.cress.contract.ContractException;
import dev.cress.contract.Limits;
import dev.cress.contract.NodeInfo;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.Ways;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How one node is set up.
///
/// @param name unique in the fleet, a DNS label
/// @param region where it is, in the operator's word
/// @param latitude in degrees
/// @param longitude in degrees
/// @param control the URLs of control planes and relays, in the order of [Ways]
/// @param joinToken by which it is let in there, empty if it has an identity
/// @param data the folder that it keeps its state in
/// @param domain under which functions have host names
/// @param bind the address that it listens on
/// @param port where it serves, 0 for the one that it had before if that is free, else any
/// @param adminPort where metrics and health are, on loopback, 0 for any free one
/// @param advertise the URL by which routers reach it, if it isn't `http://BIND:PORT`
/// @param limits what it gives at most
/// @param capabilities what its guests may ask for
/// @param identity by which it is let in instead of a token, if it has joined with a certificate
public record NodeConfig(
        String name,
        String region,
        double latitude,
        double longitude,
        List<URI> control,
        String joinToken,
        Path data,
        String domain,
        String bind,
        int port,
        int adminPort,
        Optional<URI> advertise,
        NodeLimits limits,
        CapabilityConfig capabilities,
        Optional<FleetIdentity> identity) {

    /// One whose guests may ask for what needs no setting up.
    public NodeConfig(
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
        this(
                name,
                region,
                latitude,
                longitude,
                control,
                joinToken,
                data,
                domain,
                bind,
                port,
                adminPort,
                advertise,
                limits,
                CapabilityConfig.NONE);
    }

    /// One that is let in by its token.
    public NodeConfig(
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
            NodeLimits limits,
            CapabilityConfig capabilities) {
        this(
                name,
                region,
                latitude,
                longitude,
                List.of(control),
                joinToken,
                data,
                domain,
                bind,
                port,
                adminPort,
                advertise,
                limits,
                capabilities,
                Optional.empty());
    }

    /// The same, let in by its certificate.
    public NodeConfig with(FleetIdentity member) {
        return new NodeConfig(
                name,
                region,
                latitude,
                longitude,
                List.of(member.control()),
                "",
                data,
                domain,
                bind,
                port,
                adminPort,
                advertise,
                limits,
                capabilities,
                Optional.of(member));
    }

    /// The same with other ways to the control plane, relays among them: there it has its session
    /// and gets its files. It joined and renews its certificate where its join string said.
    public NodeConfig by(List<URI> ways) {
        return new NodeConfig(
                name,
                region,
                latitude,
                longitude,
                ways,
                joinToken,
                data,
                domain,
                bind,
                port,
                adminPort,
                advertise,
                limits,
                capabilities,
                identity);
    }

    /// The node's own limits, which cap what manifests ask for.
    ///
    /// @param guestThreads guests that run at once
    /// @param queuedPerFunction requests that wait for a guest thread, per function
    /// @param queueWait how long one of them waits, at most [Limits#QUEUE_MS_MAX]
    /// @param requestBodyBytes of one request
    /// @param requestLineBytes of one request's line
    /// @param requestHeaderBytes of one request's headers together
    /// @param responseBodyBytes of one answer
    /// @param responseHeaderBytes of one answer's head
    /// @param logBytes of one request's log
    /// @param cpu time of one run
    /// @param wall time of one run, at most [Limits#WALL_MS_MAX]
    /// @param memoryBytes of one guest
    /// @param bufferedBodyBytes of all requests' bodies together, while they wait for a guest
    /// @param connections from routers and clients
    /// @param idle time after which a silent connection is closed, above `queueWait` and `wall`
    ///     together: while a guest takes its time, its client's connection is silent
    /// @param drain time that requests in flight get when the node stops
    /// @param warmUp time for which a version is run before it takes traffic, up to
    ///     [#WARM_UP_MAX], zero for not at all
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
            Duration drain,
            Duration warmUp) {
        /// A deployment waits for it.
        public static final Duration WARM_UP_MAX = Duration.ofSeconds(20);

        private static final long MIB = 1 << 20;
        private static final long TIMEOUT_MS_MAX = Duration.ofDays(1).toMillis();

        public static final NodeLimits DEFAULT =
                new NodeLimits(
                        128,
                        128,
                        Duration.ofMillis(Limits.QUEUE_MS_MAX),
                        100 * MIB,
                        8 * 1024,
                        64 * 1024,
                        100 * MIB,
                        64 * 1024,
                        64 * 1024,
                        Duration.ofMillis(Limits.WALL_MS_MAX),
                        Duration.ofMillis(Limits.WALL_MS_MAX),
                        2047 * MIB,
                        128 * MIB,
                        20_000,
                        Duration.ofSeconds(75),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2));

        public NodeLimits {
            positive("guestThreads", guestThreads);
            positive("queuedPerFunction", queuedPerFunction);
            positive("requestBodyBytes", requestBodyBytes);
            positive("requestLineBytes", requestLineBytes);
            positive("requestHeaderBytes", requestHeaderBytes);
            positive("responseBodyBytes", responseBodyBytes);
            positive("responseHeaderBytes", responseHeaderBytes);
            positive("logBytes", logBytes);
            positive("cpu", cpu, Limits.WALL_MS_MAX);
            positive("wall", wall, Limits.WALL_MS_MAX);
            positive("queueWait", queueWait, Limits.QUEUE_MS_MAX);
            positive("memoryBytes", memoryBytes);
            positive("bufferedBodyBytes", bufferedBodyBytes);
            positive("connections", connections);
            positive("idle", idle, TIMEOUT_MS_MAX);
            positive("drain", drain, TIMEOUT_MS_MAX);
            if (warmUp.isNegative() || warmUp.compareTo(WARM_UP_MAX) > 0) {
                throw new NodeException(
                        "warmUp is %s: from 0 to %s".formatted(warmUp, WARM_UP_MAX));
            }
            if (idle.compareTo(queueWait.plus(wall)) <= 0) {
                throw new NodeException(
                        "idle is %s: it must be longer than queueWait and wall together, %s"
                                .formatted(idle, queueWait.plus(wall)));
            }
        }

        /// The same with another time to warm up.
        public NodeLimits withWarmUp(Duration time) {
            return new NodeLimits(
                    guestThreads,
                    queuedPerFunction,
                    queueWait,
                    requestBodyBytes,
                    requestLineBytes,
                    requestHeaderBytes,
                    responseBodyBytes,
                    responseHeaderBytes,
                    logBytes,
                    cpu,
                    wall,
                    memoryBytes,
                    bufferedBodyBytes,
                    connections,
                    idle,
                    drain,
                    time);
        }

        private static void positive(String name, long value) {
            if (value <= 0) {
                throw new NodeException("%s is %d: at least 1".formatted(name, value));
            }
        }

        private static void positive(String name, Duration value, long msMax) {
            if (value.toMillis() <= 0 || value.toMillis() > msMax) {
                throw new NodeException(
                        "%s is %s: from 1 ms to %s"
                                .formatted(name, value, Duration.ofMillis(msMax)));
            }
        }
    }

    public NodeConfig {
        checkPlace(name, region, latitude, longitude);
        control = List.copyOf(control);
        Ways.check(control)
                .ifPresent(
                        why -> {
                            throw new NodeException(why);
                        });
        advertise.ifPresent(url -> checkUrl("--advertise", url));
        if (joinToken.isBlank() && identity.isEmpty()) {
            throw new NodeException("the join token is empty: pass --join TOKEN");
        }
        checkPort("port", port);
        checkPort("admin port", adminPort);
    }

    /// What the control plane would refuse is refused before anything is made of it, a folder with
    /// that name to begin with.
    private static void checkPlace(String name, String region, double latitude, double longitude) {
        try {
            var _ = new NodeInfo(name, region, latitude, longitude, "", "");
        } catch (ContractException e) {
            throw new NodeException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void checkUrl(String what, URI url) {
        if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
            throw new NodeException("%s '%s' is no URL like http://HOST:PORT".formatted(what, url));
        }
    }

    private static void checkPort(String name, int value) {
        if (value < 0 || value > 65_535) {
            throw new NodeException("%s is %d: from 0 to 65535".formatted(name, value));
        }
    }
}
