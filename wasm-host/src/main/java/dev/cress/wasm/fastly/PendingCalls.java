package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.Outbound;
import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.OutboundException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Waiting for responses of backends, for one or for the first of several (`fastly_http_req`,
/// `fastly_async_io`).
final class PendingCalls {
    private static final int NAME_BYTES_MAX = 16 * 1024;
    private static final int STATUS_BAD_GATEWAY = 502;

    /// No time is over before this.
    private static final int NONE_READY = -1;

    private PendingCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_http_req")
                .bind("pending_req_poll", (run, p) -> poll(run, p, SendError.NOWHERE, 1))
                .bind("pending_req_poll_v2", (run, p) -> poll(run, p, p.number(1), 2))
                .bind("pending_req_wait", (run, p) -> finish(run, p, SendError.NOWHERE, 1))
                .bind("pending_req_wait_v2", (run, p) -> finish(run, p, p.number(1), 2))
                .bind("pending_req_select", (run, p) -> select(run, p, SendError.NOWHERE, 2))
                .bind("pending_req_select_v2", (run, p) -> select(run, p, p.number(2), 3))
                .bind("pending_req_header_insert", (run, p) -> edit(run, p, true))
                .bind("pending_req_header_append", (run, p) -> edit(run, p, false))
                .bind("pending_req_header_remove", PendingCalls::remove);
        bindings.module("fastly_http_resp").bind("send_downstream_pending", PendingCalls::pass);
        bindings.module("fastly_async_io")
                .bind("select", PendingCalls::selectAny)
                .bind("is_ready", PendingCalls::isReady);
    }

    private static PendingRequest pending(FastlyRun run, int handle) {
        return run.handles().get(handle, PendingRequest.class);
    }

    private static void poll(FastlyRun run, Passed passed, int detailAt, int answers) {
        if (pending(run, passed.number(0)).call().isDone()) {
            finish(run, passed, detailAt, answers + 1);
            passed.answer(answers, 1);
        } else {
            passed.answer(answers, 0);
            passed.answer(answers + 1, Handles.INVALID);
            passed.answer(answers + 2, Handles.INVALID);
        }
    }

    private static void finish(FastlyRun run, Passed passed, int detailAt, int answers) {
        finish(run, passed.number(0), passed, detailAt, answers);
    }

    private static void finish(
            FastlyRun run, int handle, Passed passed, int detailAt, int answers) {
        PendingRequest done = run.handles().take(handle, PendingRequest.class);
        try {
            done.answer(run, passed, answers);
        } catch (OutboundException e) {
            passed.answer(answers, Handles.INVALID);
            passed.answer(answers + 1, Handles.INVALID);
            throw SendError.tell(run, e, detailAt);
        }
    }

    private static void select(FastlyRun run, Passed passed, int detailAt, int answers) {
        int[] handles = handles(passed);
        var calls = new ArrayList<OutboundCall>();
        for (int handle : handles) {
            calls.add(pending(run, handle).call());
        }
        int done = awaitAny(run, calls, run.host().limits().wall());
        if (handles.length == 0 || done < 0) {
            throw new Refused(Status.INVAL);
        }
        passed.answer(answers, done);
        finish(run, handles[done], passed, detailAt, answers + 1);
    }

    private static int[] handles(Passed passed) {
        int count = passed.number(1);
        if (Integer.compareUnsigned(count, Handles.OPEN_MAX) > 0) {
            throw new Refused(Status.INVAL);
        }
        int[] handles = new int[count];
        for (int i = 0; i < count; i++) {
            handles[i] = passed.memory().readInt(passed.number(0), Integer.BYTES * i);
        }
        return handles;
    }

    private static int awaitAny(FastlyRun run, List<OutboundCall> calls, Duration timeout) {
        Outbound outbound = run.host().exchange().capabilities().outbound();
        int done = calls.isEmpty() ? Outbound.NONE_DONE : outbound.awaitAny(calls, timeout);
        run.host().word().checkStopped();
        return done;
    }

    /// Whatever isn't a pending request is ready: reading it may then block.
    private static void selectAny(FastlyRun run, Passed passed) {
        int[] handles = handles(passed);
        var calls = new ArrayList<OutboundCall>();
        for (int i = 0; i < handles.length; i++) {
            if (run.handles().get(handles[i], Object.class) instanceof PendingRequest request) {
                calls.add(request.call());
            } else {
                passed.answer(3, i);
                return;
            }
        }
        int timeoutMs = passed.number(2);
        if (handles.length == 0 && timeoutMs == 0) {
            throw new Refused(Status.INVAL);
        }
        Duration wall = run.host().limits().wall();
        Duration wanted = Duration.ofMillis(Integer.toUnsignedLong(timeoutMs));
        Duration timeout = timeoutMs == 0 || wanted.compareTo(wall) > 0 ? wall : wanted;
        if (calls.isEmpty()) {
            run.host().sleep(timeout.toNanos());
        }
        int done = awaitAny(run, calls, timeout);
        passed.answer(3, done == Outbound.NONE_DONE ? NONE_READY : done);
    }

    private static void isReady(FastlyRun run, Passed passed) {
        Object item = run.handles().get(passed.number(0), Object.class);
        boolean waits = item instanceof PendingRequest request && !request.call().isDone();
        passed.answer(1, waits ? 0 : 1);
    }

    private static void edit(FastlyRun run, Passed passed, boolean removes) {
        String name = passed.latin(1, NAME_BYTES_MAX);
        String value = passed.latin(3, HttpMessage.HEADER_BYTES_MAX);
        pending(run, passed.number(0))
                .edit(name, value, removes, true, passed.number(5), run.allowance());
    }

    private static void remove(FastlyRun run, Passed passed) {
        String name = passed.latin(1, NAME_BYTES_MAX);
        pending(run, passed.number(0))
                .edit(name, "", true, false, passed.number(3), run.allowance());
    }

    /// Sends the client what a backend answers, or that it didn't.
    private static void pass(FastlyRun run, Passed passed) {
        PendingRequest done = run.handles().take(passed.number(0), PendingRequest.class);
        try {
            HttpResponse response = done.response(run);
            run.answer(response, done.body(run, response));
        } catch (OutboundException e) {
            SendError.tell(run, e, SendError.NOWHERE);
            var failed = new HttpResponse(run.allowance());
            failed.status(STATUS_BAD_GATEWAY);
            run.answer(failed, new Body(run.allowance()));
        }
    }
}
