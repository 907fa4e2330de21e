package dev.cress.control;

import dev.cress.contract.Api;
import dev.cress.control.trust.Oidc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a control plane is set up.
///
/// @param dataFolder where everything is kept that isn't in a store elsewhere; made if it is
/// missing
/// @param store the URL of a PostgreSQL database that servers share, `jdbc:postgresql://…`, or none
///     for a file in the data folder
/// @param bindAddress the address that it listens on
/// @param port TCP port, 0 for any that is free
/// @param tls whether and how it speaks TLS
/// @param secretsKey where the key is under which secrets are kept
/// @param insecure whether it may listen beyond loopback without TLS
/// @param oidc who else vouches for operators
/// @param limits how much of everything it takes
public record ControlPlaneConfig(
        Path dataFolder,
        Optional<String> store,
        String bindAddress,
        int port,
        Tls tls,
        SecretsKey secretsKey,
        boolean insecure,
        Optional<Oidc> oidc,
        Caps limits) {
    public static final String BIND_ADDRESS = "127.0.0.1";
    public static final int PORT = 7070;

    public ControlPlaneConfig {
        if (port < 0 || port > 65_535) {
            throw new ControlPlaneException("port %d is out of range: 0 to 65,535".formatted(port));
        }
        if (bindAddress.isBlank()) {
            throw new ControlPlaneException("the address to listen on is empty");
        }
    }

    /// Everything as it is by default, with the data in this folder.
    public static ControlPlaneConfig of(Path dataFolder) {
        return new ControlPlaneConfig(
                dataFolder,
                Optional.empty(),
                BIND_ADDRESS,
                PORT,
                Tls.WHERE_NEEDED,
                SecretsKey.IN_FOLDER,
                false,
                Optional.empty(),
                Caps.DEFAULT);
    }

    /// Keeps what it must not lose in the database at this URL.
    public ControlPlaneConfig withStore(String url) {
        return new ControlPlaneConfig(
                dataFolder,
                Optional.of(url),
                bindAddress,
                port,
                tls,
                secretsKey,
                insecure,
                oidc,
                limits);
    }

    public ControlPlaneConfig withPort(int port) {
        return new ControlPlaneConfig(
                dataFolder, store, bindAddress, port, tls, secretsKey, insecure, oidc, limits);
    }

    /// Keeps secrets under the key that is there.
    public ControlPlaneConfig withSecretsKey(SecretsKey secretsKey) {
        return new ControlPlaneConfig(
                dataFolder, store, bindAddress, port, tls, secretsKey, insecure, oidc, limits);
    }

    public ControlPlaneConfig withTls(Tls tls) {
        return new ControlPlaneConfig(
                dataFolder, store, bindAddress, port, tls, secretsKey, insecure, oidc, limits);
    }

    /// Listens there; `insecure` says that an address beyond loopback is meant without TLS.
    public ControlPlaneConfig withBindAddress(String bindAddress, boolean insecure) {
        return new ControlPlaneConfig(
                dataFolder, store, bindAddress, port, tls, secretsKey, insecure, oidc, limits);
    }

    /// Lets operators in by tokens of an identity provider, besides the fleet's own.
    public ControlPlaneConfig withOidc(Oidc provider) {
        return new ControlPlaneConfig(
                dataFolder,
                store,
                bindAddress,
                port,
                tls,
                secretsKey,
                insecure,
                Optional.of(provider),
                limits);
    }

    public ControlPlaneConfig withLimits(Caps limits) {
        return new ControlPlaneConfig(
                dataFolder, store, bindAddress, port, tls, secretsKey, insecure, oidc, limits);
    }

    /// How much of everything one control plane takes. What lies beyond is refused with a message
    /// that names the limit.
    ///
    /// @param moduleBytesMax bytes of an uploaded module
    /// @param jsonBytesMax bytes of a JSON body
    /// @param storeBytesMax bytes that the store's file may grow to
    /// @param nodesMax nodes connected at once
    /// @param routersMax routers connected at once
    /// @param followersMax readers of logs at once
    /// @param pingEvery how often nodes and routers are asked for a sign of life; a session ends
    ///     after three without an answer
    public record Caps(
            int moduleBytesMax,
            int jsonBytesMax,
            long storeBytesMax,
            int nodesMax,
            int routersMax,
            int followersMax,
            Duration pingEvery) {
        public static final Caps DEFAULT =
                new Caps(
                        Api.MODULE_BYTES_MAX,
                        1 << 20,
                        256L << 30,
                        2_000,
                        200,
                        100,
                        Duration.ofSeconds(5));

        public Caps {
            if (moduleBytesMax < 1
                    || jsonBytesMax < 1
                    || storeBytesMax < 1
                    || nodesMax < 1
                    || routersMax < 1
                    || followersMax < 1
                    || pingEvery.toMillis() < 1) {
                throw new ControlPlaneException(
                        "every limit must be at least 1, and the time between pings 1 ms");
            }
        }
    }
}
