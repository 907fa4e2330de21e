package dev.cress.relay;

import dev.cress.contract.BundleIndex;
import dev.cress.contract.ContractException;
import dev.cress.contract.Member;
import dev.cress.contract.Role;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.Ways;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// How a relay is set up.
///
/// @param name unique among the fleet's relays, a DNS label
/// @param bind the address that nodes reach; beyond loopback only with an identity
/// @param port 0 for any free one: ask [Relay#port()]
/// @param adminPort where metrics and health are, on loopback, 0 for any free one
/// @param control the URLs of control planes that share a store, in the order of [Ways]
/// @param joinToken by which it is let in there, empty if it has an identity
/// @param identity its certificate, which it shows to the control plane and to nodes
/// @param data the folder for modules and archives
/// @param blobBytesMax bytes that these may have together
/// @param nodesMax nodes connected at once
public record RelayConfig(
        String name,
        String bind,
        int port,
        int adminPort,
        List<URI> control,
        String joinToken,
        Optional<FleetIdentity> identity,
        Path data,
        long blobBytesMax,
        int nodesMax) {
    public static final long BLOB_BYTES_DEFAULT = 4L << 30;

    /// Room for two of the largest archives.
    public static final long BLOB_BYTES_MIN = 2L * BundleIndex.BYTES_MAX;

    private static final int NODES_MAX_DEFAULT = 5_000;
    private static final int PORT_MAX = 65_535;

    public RelayConfig {
        try {
            var _ = new Member(Role.RELAY, "anywhere", name);
        } catch (ContractException e) {
            throw new RelayException(String.valueOf(e.getMessage()), e);
        }
        control = List.copyOf(control);
        Ways.check(control)
                .ifPresent(
                        why -> {
                            throw new RelayException(why);
                        });
        if (joinToken.isBlank() && identity.isEmpty()) {
            throw new RelayException("the join token is empty: pass --join TOKEN");
        }
        if (identity.isEmpty() && !isLoopback(bind)) {
            throw new RelayException(
                    "a relay that has joined with a token is for this machine only, not --bind %s:"
                                    .formatted(bind)
                            + " join with `cress node join-token --role relay`");
        }
        if (port < 0 || port > PORT_MAX || adminPort < 0 || adminPort > PORT_MAX) {
            throw new RelayException(
                    "ports are %d and %d: from 0 to %d".formatted(port, adminPort, PORT_MAX));
        }
        if (blobBytesMax < BLOB_BYTES_MIN) {
            throw new RelayException(
                    "blobs may have %d MiB together: at least %d MiB"
                            .formatted(blobBytesMax >> 20, BLOB_BYTES_MIN >> 20));
        }
        if (nodesMax < 1) {
            throw new RelayException("nodesMax is %d: at least 1".formatted(nodesMax));
        }
    }

    /// One on loopback that is let in by a token.
    public static RelayConfig of(String name, URI control, String joinToken, Path data) {
        return new RelayConfig(
                name,
                "127.0.0.1",
                0,
                0,
                List.of(control),
                joinToken,
                Optional.empty(),
                data,
                BLOB_BYTES_DEFAULT,
                NODES_MAX_DEFAULT);
    }

    /// The same, let in by its certificate.
    public RelayConfig with(FleetIdentity member) {
        return new RelayConfig(
                member.member().name(),
                bind,
                port,
                adminPort,
                List.of(member.control()),
                "",
                Optional.of(member),
                data,
                blobBytesMax,
                nodesMax);
    }

    public RelayConfig withListen(String address, int nodesPort, int metricsPort) {
        return new RelayConfig(
                name,
                address,
                nodesPort,
                metricsPort,
                control,
                joinToken,
                identity,
                data,
                blobBytesMax,
                nodesMax);
    }

    /// The same with other ways to the control plane.
    public RelayConfig by(List<URI> ways) {
        return new RelayConfig(
                name,
                bind,
                port,
                adminPort,
                ways,
                joinToken,
                identity,
                data,
                blobBytesMax,
                nodesMax);
    }

    public RelayConfig withBlobBytesMax(long bytes) {
        return new RelayConfig(
                name, bind, port, adminPort, control, joinToken, identity, data, bytes, nodesMax);
    }

    public RelayConfig withNodesMax(int nodes) {
        return new RelayConfig(
                name,
                bind,
                port,
                adminPort,
                control,
                joinToken,
                identity,
                data,
                blobBytesMax,
                nodes);
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new RelayException(
                    "'%s' is no address of this machine: choose another with --bind"
                            .formatted(address),
                    e);
        }
    }
}
