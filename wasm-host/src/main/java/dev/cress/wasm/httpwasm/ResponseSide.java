package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.host.ResponseWriter;
import dev.cress.wasm.stop.GuestEnded;

import java.util.List;

/// The answer as a guest makes it, or changes what comes from behind it. It is held whole if the
/// guest buffers it, else until it is [#HELD_BYTES] long or comes from behind.
///
/// ```text
/// the guest, before: status, fields, body ─┐
/// behind it: head, body                   ─┴▶ held ──▶ the client
/// the guest, after, if it buffers: changes   ─▲
/// ```
final class ResponseSide implements Transfer.Source, Transfer.Target {
    /// What a guest that doesn't buffer may write before its head goes out.
    static final int HELD_BYTES = 64 << 10;

    private static final int STATUS_MIN = 200;
    private static final int STATUS_MAX = 599;
    private static final int INTERNAL_SERVER_ERROR = 500;
    private static final String LENGTH = "content-length";

    private final ResponseWriter writer;
    private final FieldList fields;
    private final BodyBuffer held;
    private final BodyBuffer replacing;
    private int status = STATUS_MIN;
    private boolean holding;
    private boolean after;
    private boolean changedAfter;
    private boolean wroteAfter;
    private int read;

    ResponseSide(HostRun run) {
        var limits = run.limits();
        writer = run.response();
        fields =
                new FieldList(
                        List.of(),
                        limits.responseHeaderBytes(),
                        () -> tooLarge("headers", limits.responseHeaderBytes()));
        long bytesMax = limits.responseBodyBytes();
        var tooLarge = new Outcome.ResponseTooLarge("body", bytesMax);
        held = new BodyBuffer(run, bytesMax, tooLarge);
        replacing = new BodyBuffer(run, bytesMax, tooLarge);
    }

    private static GuestEnded tooLarge(String part, long limitBytes) {
        return new GuestEnded(new Outcome.ResponseTooLarge(part, limitBytes));
    }

    /// Whether nothing of it goes out before the guest is done.
    boolean holds() {
        return holding;
    }

    /// From here on, all of it is held until the guest is done.
    void hold() {
        holding = true;
    }

    int status() {
        return status;
    }

    void status(int changed) {
        beforeChange();
        Rules.require(
                changed >= STATUS_MIN && changed <= STATUS_MAX,
                "status %s is not from 200 to 599",
                changed);
        status = changed;
    }

    FieldList fields() {
        return fields;
    }

    /// The same to be changed.
    FieldList changeable() {
        beforeChange();
        return fields;
    }

    private void beforeChange() {
        mayChange();
        Rules.require(!writer.isHeadSent(), "the response's head has gone out");
    }

    private void mayChange() {
        Rules.require(
                !after || holding,
                "a response can't be changed after next without buffer_response");
        changedAfter |= after;
    }

    /// Some of the body, by the guest. After next it takes the place of what came, which can still
    /// be read.
    @Override
    public void write(byte[] from) {
        mayChange();
        if (!after) {
            write(from, 0, from.length);
            return;
        }
        if (!wroteAfter) {
            wroteAfter = true;
            fields.remove(LENGTH);
        }
        replacing.append(from, 0, from.length);
    }

    /// Some of the body, by whomever.
    void write(byte[] from, int offset, int length) {
        if (!writer.isHeadSent() && !holding && held.size() + (long) length > HELD_BYTES) {
            send();
        }
        if (writer.isHeadSent()) {
            writer.body(from, offset, length);
        } else {
            held.append(from, offset, length);
        }
    }

    /// Reads what is held, for the guest: at least one byte, or -1 at the end.
    @Override
    public int read(byte[] into, int offset, int length) {
        Rules.require(holding, "a response's body can't be read without buffer_response");
        int count = held.read(read, into, offset, length);
        read += Math.max(count, 0);
        return count;
    }

    /// A head from behind. Its fields take the place of the guest's with the same names, but
    /// cookies, each of which is a field of its own (RFC 6265 §3).
    void head(ResponseHead head) {
        if (writer.isHeadSent()) {
            return;
        }
        status = head.status();
        for (Header field : head.headers()) {
            if (!field.name().equalsIgnoreCase("set-cookie")) {
                fields.remove(field.name());
            }
        }
        for (Header field : head.headers()) {
            // what the guest wrote goes before it
            if (held.size() == 0 || !field.name().equalsIgnoreCase(LENGTH)) {
                fields.add(field.name(), field.value());
            }
        }
        if (!holding) {
            send();
        }
    }

    /// What stands behind the guest has answered, or nothing does.
    void afterNext() {
        after = true;
    }

    /// What stands behind the guest has failed: nothing of what came is left.
    void failedBehind() {
        afterNext();
        status = INTERNAL_SERVER_ERROR;
        fields.clear();
        held.clear();
    }

    /// Whether the guest has made anything of its own since [#failedBehind].
    boolean changedAfter() {
        return changedAfter;
    }

    private void send() {
        writer.head(new ResponseHead(status, fields.all()));
        (wroteAfter ? replacing : held).drainTo(writer::body);
    }

    /// The guest is done with it.
    void end() {
        if (!writer.isHeadSent()) {
            send();
        }
    }
}
