package dev.cress.node.capability;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Grants;
import dev.cress.node.outbound.RunOutbound;
import dev.cress.wasm.guest.Assets;
import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.Outbound;

import java.util.List;
import java.util.Optional;

/// What one run may ask, and has asked. On the guest's thread, but for [#stop].
public final class RunCapabilities implements Capabilities, AutoCloseable {
    private final NodeCapabilities node;
    private final FunctionName function;
    private final Grants grants;
    private final Assets assets;
    private final RunWait wait = new RunWait();
    private final RunOutbound outbound;

    RunCapabilities(
            NodeCapabilities node,
            FunctionName function,
            Grants grants,
            Assets assets,
            RunOutbound outbound) {
        this.node = node;
        this.function = function;
        this.grants = grants;
        this.assets = assets;
        this.outbound = outbound;
    }

    @Override
    public Outbound outbound() {
        return outbound;
    }

    @Override
    public List<String> secretNames() {
        return grants.secrets();
    }

    @Override
    public Optional<byte[]> secret(String name) {
        return grants.secrets().contains(name)
                ? node.secrets().read(function, name)
                : Optional.empty();
    }

    @Override
    public Optional<KeyValueStore> keyValueStore(String name) {
        return grants.kv().contains(name)
                ? Optional.of(new GrantedStore(node.stores(), ofTenant(name), wait))
                : Optional.empty();
    }

    /// The tenant's store of this name: no manifest can name one with a slash.
    private String ofTenant(String name) {
        var tenant = function.tenant();
        return tenant.isDefault() ? name : tenant + "/" + name;
    }

    @Override
    public Assets assets() {
        return assets;
    }

    @Override
    public long scratchBytes() {
        return (long) grants.scratchMib() << 20;
    }

    @Override
    public Optional<Location> locate(String address) {
        return Optional.empty();
    }

    /// Makes whatever blocks return, now and from now on. Any thread; doesn't block.
    public void stop() {
        wait.stop();
        outbound.stop();
    }

    /// The run is over: gives up what it left open.
    @Override
    public void close() {
        outbound.close();
    }
}
