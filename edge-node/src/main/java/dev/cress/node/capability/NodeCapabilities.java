package dev.cress.node.capability;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Version;
import dev.cress.node.kv.KeyValueStores;
import dev.cress.node.outbound.Asking;
import dev.cress.node.outbound.Asking.Journal;
import dev.cress.node.outbound.OutboundClient;
import dev.cress.wasm.guest.Assets;
import dev.cress.wasm.guest.GuestRequest;

import io.vertx.core.Context;

import java.nio.file.Path;
import java.time.Clock;

/// Everything behind the capabilities that lives as long as the node. Thread-safe.
public final class NodeCapabilities implements AutoCloseable {
    private final NodeSecrets secrets;
    private final KeyValueStores stores;

    private final OutboundClient outbound;

    /// @param data the node's folder
    /// @param outbound is closed with this
    public NodeCapabilities(NodeSecrets secrets, Path data, OutboundClient outbound) {
        this.secrets = secrets;
        this.stores = new KeyValueStores(data.resolve("key-value.db"), Clock.systemUTC());
        this.outbound = outbound;
    }

    /// What one run of this version may ask. Closed when the run is over.
    ///
    /// @param assets the files that it brings
    /// @param request what the run answers
    /// @param context the event loop that does the run's I/O
    /// @param journal what is told of what it asks
    public RunCapabilities of(
            FunctionName function,
            Version version,
            Assets assets,
            GuestRequest request,
            Context context,
            Journal journal) {
        var grants = version.manifest().grants();
        return new RunCapabilities(
                this,
                function,
                grants,
                assets,
                outbound.of(new Asking(function, grants.outbound(), request, context, journal)));
    }

    NodeSecrets secrets() {
        return secrets;
    }

    KeyValueStores stores() {
        return stores;
    }

    @Override
    public void close() {
        stores.close();
        outbound.close();
    }
}
