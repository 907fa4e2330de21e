package dev.cress.node.capability;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Version;
import dev.cress.node.config.CapabilityConfig;
import dev.cress.node.kv.KeyValueStores;

import java.nio.file.Path;
import java.time.Clock;

/// Everything behind the capabilities that lives as long as the node. Thread-safe.
public final class NodeCapabilities implements AutoCloseable {
    private final SecretFiles secrets;
    private final KeyValueStores stores;

    /// @param data the node's folder
    public NodeCapabilities(CapabilityConfig config, Path data) {
        this.secrets = new SecretFiles(config.secrets());
        this.stores = new KeyValueStores(data.resolve("key-value.db"), Clock.systemUTC());
    }

    /// What one run of this version may ask. Closed when the run is over.
    public RunCapabilities of(FunctionName function, Version version) {
        return new RunCapabilities(this, function, version.manifest().grants());
    }

    SecretFiles secrets() {
        return secrets;
    }

    KeyValueStores stores() {
        return stores;
    }

    @Override
    public void close() {
        stores.close();
    }
}
