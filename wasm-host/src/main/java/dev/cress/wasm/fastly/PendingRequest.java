package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.ResponseHead;

import java.util.ArrayList;
import java.util.List;

/// A request to a backend that is under way, and what the guest wants changed of its response.
final class PendingRequest {
    /// To what failed as well, `pending_response_kind`.
    private static final int KIND_ERROR = 2;

    private final OutboundCall call;
    private final List<Edit> edits = new ArrayList<>();

    /// What is to be done to a header: what it has is removed first, unless it is only added to.
    private record Edit(String name, String value, boolean removes, boolean adds) {}

    PendingRequest(OutboundCall call) {
        this.call = call;
    }

    OutboundCall call() {
        return call;
    }

    /// Notes a change; throws [Refused] if the header can't be one.
    ///
    /// @param kind of answers that it is for
    void edit(String name, String value, boolean removes, boolean adds, int kind, Allowance all) {
        if (kind < 0 || kind > KIND_ERROR) {
            throw new Refused(Status.INVAL);
        }
        all.take(Allowance.OBJECT_BYTES + (long) name.length() + value.length());
        if (kind != KIND_ERROR) {
            edits.add(new Edit(name, value, removes, adds));
        }
    }

    /// Waits for the response.
    HttpResponse response(FastlyRun run) throws OutboundException {
        ResponseHead head = call.response();
        run.host().word().checkStopped();
        HttpResponse response = HttpResponse.of(head, run.allowance());
        for (Edit edit : edits) {
            if (edit.removes()) {
                response.remove(edit.name());
            }
            if (edit.adds()) {
                response.append(edit.name(), edit.value());
            }
        }
        return response;
    }

    Body body(FastlyRun run, HttpResponse response) {
        List<String> lengths = response.values("content-length");
        long length = lengths.size() == 1 ? length(lengths.getFirst()) : Body.UNKNOWN;
        return Body.of(new CallSource(run, call, length), run.allowance());
    }

    private static long length(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : Body.UNKNOWN;
    }

    /// Waits for the response and gives the guest its handles, the response's and behind it the
    /// body's.
    void answer(FastlyRun run, Passed passed, int place) throws OutboundException {
        HttpResponse response = response(run);
        passed.answer(place, run.handles().add(response));
        passed.answer(place + 1, run.handles().add(body(run, response)));
    }
}
