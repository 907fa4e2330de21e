package dev.cress.wasm;

import dev.cress.wasm.guest.Assets;
import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.Outbound;
import dev.cress.wasm.guest.ResponseHead;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Grants whatever is asked for and has little of it, at once, so that a [Rehearsal] goes the ways
/// on which calls succeed.
final class EveryCapability implements Capabilities, Outbound, KeyValueStore {
    private static final byte[] LITTLE = {'a'};

    @Override
    public Outbound outbound() {
        return this;
    }

    @Override
    public OutboundCall begin(OutboundHead head) {
        return new Answered();
    }

    @Override
    public int awaitAny(List<OutboundCall> calls, Duration timeout) {
        return calls.isEmpty() ? NONE_DONE : 0;
    }

    @Override
    public List<String> secretNames() {
        return List.of("S");
    }

    @Override
    public Optional<byte[]> secret(String name) {
        return name.equals("S") ? Optional.of(new byte[] {'s'}) : Optional.empty();
    }

    @Override
    public Optional<KeyValueStore> keyValueStore(String name) {
        return Optional.of(this);
    }

    @Override
    public Optional<String> origin(String name) {
        return Optional.of("https://a.example:8443").filter(_ -> name.equals("a"));
    }

    @Override
    public Optional<Item> get(String key) {
        return Optional.of(new Item(LITTLE, "a", 1));
    }

    @Override
    public OptionalLong put(
            String key,
            byte[] value,
            String metadata,
            @Nullable Duration timeToLive,
            OptionalLong expected) {
        return OptionalLong.of(2);
    }

    @Override
    public boolean delete(String key) {
        return true;
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
        return List.of("a");
    }

    @Override
    public Assets assets() {
        return RehearsedFiles.assets();
    }

    @Override
    public long scratchBytes() {
        return RehearsedFiles.SCRATCH_BYTES;
    }

    @Override
    public Optional<Location> locate(String address) {
        return Optional.of(new Location("DE", "Berlin", 52.5, 13.4));
    }

    /// One byte of body.
    private static final class Answered implements OutboundCall {
        private boolean read;

        @Override
        public void write(byte[] from, int offset, int length) {}

        @Override
        public void end() {}

        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public ResponseHead response() {
            return new ResponseHead(
                    200,
                    List.of(
                            new Header("x-a", "b"),
                            new Header("x-a", "c"),
                            new Header("content-length", "1")));
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = read ? -1 : 1;
            read = true;
            return count;
        }

        @Override
        public void close() {}
    }
}
