package dev.cress.wasm.guest;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Denies whatever it is asked.
final class NoCapabilities implements Capabilities, Outbound {
    @Override
    public Outbound outbound() {
        return this;
    }

    @Override
    public OutboundCall begin(OutboundHead head) throws OutboundException {
        throw new OutboundException(
                OutboundException.Reason.DENIED,
                "the manifest grants no requests to other hosts: capabilities.outbound");
    }

    @Override
    public int awaitAny(List<OutboundCall> calls, Duration timeout) {
        return NONE_DONE;
    }

    @Override
    public List<String> secretNames() {
        return List.of();
    }

    @Override
    public Optional<byte[]> secret(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<KeyValueStore> keyValueStore(String name) {
        return Optional.empty();
    }

    @Override
    public Assets assets() {
        return Assets.NONE;
    }

    @Override
    public long scratchBytes() {
        return 0;
    }

    @Override
    public Optional<Location> locate(String address) {
        return Optional.empty();
    }
}
