package dev.cress.node.capability;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Version;
import dev.cress.node.config.CapabilityConfig;

/// Everything behind the capabilities that lives as long as the node. Thread-safe.
public final class NodeCapabilities implements AutoCloseable {
    private final SecretFiles secrets;

    public NodeCapabilities(CapabilityConfig config) {
        this.secrets = new SecretFiles(config.secrets());
    }

    /// What one run of this version may ask. Closed when the run is over.
    public RunCapabilities of(FunctionName function, Version version) {
        return new RunCapabilities(this, function, version.manifest().grants());
    }

    SecretFiles secrets() {
        return secrets;
    }

    @Override
    public void close() {}
}
