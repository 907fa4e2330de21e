package dev.cress.wasm.fastly;

import java.util.List;

/// The cache that there isn't (`fastly_cache`): every lookup misses, and what is inserted is kept
/// for nobody but whoever reads it back by the handle that the insertion gave, in the same run.
final class CacheCalls {
    /// Bits of `cache_lookup_state`.
    private static final int FOUND_AND_USABLE = 3;

    private static final int MUST_INSERT = 8;

    // cache_write_options: a bit and two offsets
    private static final int HAS_METADATA = 1 << 7;
    private static final int METADATA_AT = 56;
    private static final int METADATA_LENGTH_AT = 60;
    private static final int METADATA_BYTES_MAX = 64 * 1024;

    private CacheCalls() {}

    /// A lookup under way or done.
    private static final class Entry {
        private int state;
        private long maxAgeNanos;
        private byte[] metadata = new byte[0];
        private Body body;
        private boolean whole;

        private Entry(int state, Body body) {
            this.state = state;
            this.body = body;
        }
    }

    /// Writes what its entry will be read back as.
    private record EntrySink(Entry entry) implements BodySink {
        @Override
        public void write(byte[] from, int offset, int length) {
            entry.body.write(from, offset, length);
        }

        @Override
        public void end() {
            entry.whole = true;
        }

        @Override
        public void abandon() {
            entry.body.close();
        }
    }

    /// Takes what nobody will read.
    private record Nowhere() implements BodySink {
        @Override
        public void write(byte[] from, int offset, int length) {}

        @Override
        public void end() {}

        @Override
        public void abandon() {}
    }

    static void bind(Bindings bindings) {
        Bindings.Module module = bindings.module("fastly_cache");
        module.bind("lookup", (run, p) -> p.answer(4, miss(run, 0)))
                .bind("transaction_lookup", (run, p) -> p.answer(4, miss(run, MUST_INSERT)))
                .bind("transaction_lookup_async", (run, p) -> p.answer(4, miss(run, MUST_INSERT)))
                .bind("cache_busy_handle_wait", CacheCalls::waited)
                .bind("insert", (run, p) -> p.answer(4, nowhere(run)))
                .bind("transaction_insert", CacheCalls::insert)
                .bind("transaction_insert_and_stream_back", CacheCalls::insertAndReadBack)
                .bind("transaction_cancel", (run, p) -> requireMiss(run, p).state = 0)
                .bind("close_busy", CacheCalls::close)
                .bind("close", CacheCalls::close)
                .bind("get_state", (run, p) -> p.answer(1, entry(run, p).state))
                .bind("get_body", CacheCalls::body)
                .bind("get_user_metadata", (run, p) -> p.fill(1, found(run, p).metadata))
                .bind("get_length", CacheCalls::length)
                .bind("get_max_age_ns", (run, p) -> p.answerWide(1, found(run, p).maxAgeNanos));
        for (String zero : List.of("get_stale_while_revalidate_ns", "get_age_ns", "get_hits")) {
            module.bind(zero, CacheCalls::zero);
        }
    }

    private static int miss(FastlyRun run, int state) {
        return run.handles().add(new Entry(state, new Body(run.allowance())));
    }

    private static int nowhere(FastlyRun run) {
        return run.handles().add(new StreamedBody(new Nowhere()));
    }

    private static Entry entry(FastlyRun run, Passed passed) {
        return run.handles().get(passed.number(0), Entry.class);
    }

    private static Entry found(FastlyRun run, Passed passed) {
        Entry entry = entry(run, passed);
        if (entry.state != FOUND_AND_USABLE) {
            throw new Refused(Status.NONE);
        }
        return entry;
    }

    private static Entry requireMiss(FastlyRun run, Passed passed) {
        Entry entry = entry(run, passed);
        if (entry.state != MUST_INSERT) {
            throw new Refused(Status.INVAL);
        }
        return entry;
    }

    private static void waited(FastlyRun run, Passed passed) {
        Entry entry = run.handles().take(passed.number(0), Entry.class);
        passed.answer(1, run.handles().add(entry));
    }

    private static void insert(FastlyRun run, Passed passed) {
        requireMiss(run, passed).state = 0;
        passed.answer(3, nowhere(run));
    }

    private static void insertAndReadBack(FastlyRun run, Passed passed) {
        int options = passed.number(2);
        var kept = new Entry(FOUND_AND_USABLE, new Body(run.allowance()));
        kept.maxAgeNanos = passed.memory().readLong(options);
        if ((passed.number(1) & HAS_METADATA) != 0) {
            int at = passed.memory().readInt(options, METADATA_AT);
            int length = passed.memory().readInt(options, METADATA_LENGTH_AT);
            kept.metadata = passed.bytesAt(at, length, METADATA_BYTES_MAX);
            run.allowance().take(kept.metadata.length);
        }
        requireMiss(run, passed).state = 0;
        passed.answer(3, run.handles().add(new StreamedBody(new EntrySink(kept))));
        passed.answer(4, run.handles().add(kept));
    }

    private static void close(FastlyRun run, Passed passed) {
        run.handles().take(passed.number(0), Entry.class);
    }

    /// Whole or not at all: a guest has one thread, and none that writes while it waits.
    private static void body(FastlyRun run, Passed passed) {
        Entry entry = found(run, passed);
        if (!entry.whole) {
            throw new Refused(Status.AGAIN);
        }
        passed.answer(3, run.handles().add(entry.body));
        entry.body = new Body(run.allowance());
    }

    private static void length(FastlyRun run, Passed passed) {
        Entry entry = found(run, passed);
        if (!entry.whole) {
            throw new Refused(Status.NONE);
        }
        passed.answerWide(1, entry.body.knownLength());
    }

    private static void zero(FastlyRun run, Passed passed) {
        found(run, passed);
        passed.answerWide(1, 0);
    }
}
