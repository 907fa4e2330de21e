package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.fastly.KvStore.Insertion;
import dev.cress.wasm.fastly.KvStore.Mode;
import dev.cress.wasm.guest.KeyValueStore;
import dev.cress.wasm.guest.KeyValueStore.Item;
import dev.cress.wasm.memory.GuestMemory;

import java.time.Duration;
import java.util.OptionalLong;

/// KV stores (`fastly_kv_store`).
final class KvCalls {
    private static final int NAME_BYTES_MAX = 255;
    private static final int CURSOR_BYTES_MAX = 2 * KeyValueStore.KEY_BYTES_MAX;
    private static final int LISTED_DEFAULT = 100;

    // bits of kv_insert_config_options and kv_list_config_options
    private static final int METADATA = 1 << 3;
    private static final int TIME_TO_LIVE = 1 << 4;
    private static final int GENERATION = 1 << 5;
    private static final int CURSOR = 1 << 1;
    private static final int LIMIT = 1 << 2;
    private static final int PREFIX = 1 << 3;

    private KvCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_kv_store")
                .bind("open", KvCalls::open)
                .bind("lookup", (run, p) -> p.answer(5, run.handles().add(lookup(run, p))))
                .bind("lookup_wait", (run, p) -> lookedUp(run, p, false))
                .bind("lookup_wait_v2", (run, p) -> lookedUp(run, p, true))
                .bind("insert", KvCalls::insert)
                .bind("insert_wait", KvCalls::done)
                .bind("delete", (run, p) -> p.answer(5, run.handles().add(delete(run, p))))
                .bind("delete_wait", KvCalls::done)
                .bind("list", KvCalls::list)
                .bind("list_wait", KvCalls::listed);
    }

    static void open(FastlyRun run, Passed passed) {
        String name = passed.text(0, NAME_BYTES_MAX);
        KeyValueStore store =
                run.host()
                        .exchange()
                        .capabilities()
                        .keyValueStore(name)
                        .orElseThrow(() -> new Refused(Status.INVAL));
        passed.answer(2, run.handles().add(new KvStore(run, store)));
    }

    private static KvStore store(FastlyRun run, Passed passed) {
        return run.handles().get(passed.number(0), KvStore.class);
    }

    private static String key(Passed passed) {
        String key = passed.text(1, KeyValueStore.KEY_BYTES_MAX);
        if (key.isEmpty() || key.indexOf('\r') >= 0 || key.indexOf('\n') >= 0) {
            throw new Refused(Status.INVAL);
        }
        return key;
    }

    static KvStore.Lookup lookup(FastlyRun run, Passed passed) {
        return store(run, passed).lookup(key(passed));
    }

    static KvStore.Done delete(FastlyRun run, Passed passed) {
        return store(run, passed).delete(key(passed));
    }

    /// With the body whose handle is in place 3, which is read to its end.
    static KvStore.Done insert(FastlyRun run, Passed passed, Insertion how) {
        KvStore store = store(run, passed);
        String key = key(passed);
        Body body = run.handles().take(passed.number(3), Body.class);
        byte[] value = body.toBytes(KeyValueStore.VALUE_BYTES_MAX, run.buffer());
        return store.insert(key, value, how);
    }

    /// Gives the guest a body of this value.
    static int body(FastlyRun run, byte[] value) {
        return run.handles().add(Body.of(value, run.allowance()));
    }

    private static void lookedUp(FastlyRun run, Passed passed, boolean wideGeneration) {
        var done = run.handles().take(passed.number(0), KvStore.Lookup.class);
        Item item = done.item();
        passed.answer(1, Handles.INVALID);
        passed.answer(4, 0);
        if (item != null) {
            passed.fill(2, item.metadata());
            passed.answer(1, body(run, item.value()));
        }
        if (wideGeneration) {
            passed.answerWide(5, item == null ? 0 : item.generation());
        } else {
            // as it was first made, with too few bits for one
            passed.answer(5, 0);
        }
        passed.answer(6, done.result().code());
    }

    private static void insert(FastlyRun run, Passed passed) {
        Insertion how = insertion(passed, passed.number(4), passed.number(5));
        passed.answer(6, run.handles().add(insert(run, passed, how)));
    }

    private static Insertion insertion(Passed passed, int mask, int config) {
        GuestMemory memory = passed.memory();
        Mode mode = Mode.of(memory.readInt(config));
        String metadata =
                (mask & METADATA) == 0
                        ? ""
                        : passed.textAt(
                                memory.readInt(config, 8),
                                memory.readInt(config, 12),
                                KeyValueStore.METADATA_BYTES_MAX);
        Duration timeToLive =
                (mask & TIME_TO_LIVE) == 0
                        ? null
                        : Duration.ofSeconds(Integer.toUnsignedLong(memory.readInt(config, 16)));
        OptionalLong expected =
                (mask & GENERATION) == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(memory.readLong(config, 24));
        return new Insertion(mode, metadata, timeToLive, expected);
    }

    private static void done(FastlyRun run, Passed passed) {
        var done = run.handles().take(passed.number(0), KvStore.Done.class);
        passed.answer(1, done.result().code());
    }

    private static void list(FastlyRun run, Passed passed) {
        KvStore store = store(run, passed);
        int mask = passed.number(1);
        int config = passed.number(2);
        String cursor = (mask & CURSOR) == 0 ? "" : text(passed, config, 4, CURSOR_BYTES_MAX);
        String prefix =
                (mask & PREFIX) == 0 ? "" : text(passed, config, 16, KeyValueStore.KEY_BYTES_MAX);
        int limit = (mask & LIMIT) == 0 ? LISTED_DEFAULT : passed.memory().readInt(config, 12);
        if (limit <= 0) {
            throw new Refused(Status.INVAL);
        }
        int capped = Math.min(limit, KeyValueStore.LISTED_MAX);
        passed.answer(3, run.handles().add(store.list(prefix, cursor, capped)));
    }

    private static String text(Passed passed, int config, int offset, int bytesMax) {
        int at = passed.memory().readInt(config, offset);
        return passed.textAt(at, passed.memory().readInt(config, offset + 4), bytesMax);
    }

    private static void listed(FastlyRun run, Passed passed) {
        var done = run.handles().take(passed.number(0), KvStore.Listing.class);
        passed.answer(1, body(run, done.json().getBytes(UTF_8)));
        passed.answer(2, done.result().code());
    }
}
