package dev.cress.wasm.fastly;

import dev.cress.wasm.fastly.KvStore.Insertion;
import dev.cress.wasm.fastly.KvStore.Result;

/// KV stores as they were called before (`fastly_object_store`).
final class ObjectStoreCalls {
    private ObjectStoreCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_object_store")
                .bind("open", KvCalls::open)
                .bind("lookup", (run, p) -> found(run, p, 3, KvCalls.lookup(run, p)))
                .bind(
                        "lookup_async",
                        (run, p) -> p.answer(3, run.handles().add(KvCalls.lookup(run, p))))
                .bind("pending_lookup_wait", ObjectStoreCalls::lookedUp)
                .bind("insert", (run, p) -> require(insert(run, p)))
                .bind("insert_async", (run, p) -> p.answer(4, run.handles().add(insert(run, p))))
                .bind("pending_insert_wait", ObjectStoreCalls::done)
                .bind(
                        "delete_async",
                        (run, p) -> p.answer(3, run.handles().add(KvCalls.delete(run, p))))
                .bind("pending_delete_wait", ObjectStoreCalls::done);
    }

    private static void lookedUp(FastlyRun run, Passed passed) {
        found(run, passed, 1, run.handles().take(passed.number(0), KvStore.Lookup.class));
    }

    private static void found(FastlyRun run, Passed passed, int answer, KvStore.Lookup done) {
        require(done.result());
        if (done.item() != null) {
            passed.answer(answer, KvCalls.body(run, done.item().value()));
        }
    }

    private static KvStore.Done insert(FastlyRun run, Passed passed) {
        return KvCalls.insert(run, passed, Insertion.PLAIN);
    }

    private static void require(KvStore.Done done) {
        require(done.result());
    }

    private static void done(FastlyRun run, Passed passed) {
        require(run.handles().take(passed.number(0), KvStore.Done.class));
    }

    private static void require(Result result) {
        switch (result) {
            case OK -> {}
            case NOT_FOUND -> throw new Refused(Status.NONE);
            case BAD_REQUEST, PRECONDITION_FAILED -> throw new Refused(Status.INVAL);
            case PAYLOAD_TOO_LARGE, TOO_MANY_REQUESTS -> throw new Refused(Status.LIMITEXCEEDED);
            case INTERNAL_ERROR -> throw new Refused(Status.ERROR);
        }
    }
}
