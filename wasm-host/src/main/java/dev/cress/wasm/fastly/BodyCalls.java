package dev.cress.wasm.fastly;

/// Reading and writing bodies (`fastly_http_body`). Bodies have no trailers here.
final class BodyCalls {
    private static final int FRONT = 1;

    private BodyCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_http_body")
                .bind("new", BodyCalls::make)
                .bind("append", BodyCalls::append)
                .bind("read", BodyCalls::read)
                .bind("write", BodyCalls::write)
                .bind("close", (run, p) -> taken(run, p).close())
                .bind("abandon", (run, p) -> taken(run, p).abandon())
                .bind("known_length", BodyCalls::knownLength)
                .bind("trailer_names_get", BodyCalls::noTrailers)
                .bind("trailer_value_get", BodyCalls::noTrailer)
                .bind("trailer_values_get", BodyCalls::noTrailer);
    }

    private static WritableBody taken(FastlyRun run, Passed passed) {
        return run.handles().take(passed.number(0), WritableBody.class);
    }

    private static Body readable(FastlyRun run, Passed passed) {
        return run.handles().get(passed.number(0), Body.class);
    }

    private static void make(FastlyRun run, Passed passed) {
        passed.answer(0, run.handles().add(new Body(run.allowance())));
    }

    private static void append(FastlyRun run, Passed passed) {
        WritableBody to = run.handles().get(passed.number(0), WritableBody.class);
        if (passed.number(0) == passed.number(1)) {
            throw new Refused(Status.INVAL);
        }
        to.append(run.handles().take(passed.number(1), Body.class), run.buffer());
    }

    private static void read(FastlyRun run, Passed passed) {
        Body body = readable(run, passed);
        byte[] buffer = run.buffer();
        int room = (int) Math.min(Integer.toUnsignedLong(passed.number(2)), buffer.length);
        int count = body.read(buffer, 0, room);
        passed.memory().write(passed.number(1), buffer, 0, count);
        passed.answer(3, count);
    }

    private static void write(FastlyRun run, Passed passed) {
        WritableBody body = run.handles().get(passed.number(0), WritableBody.class);
        int length = passed.number(2);
        if (passed.number(3) == FRONT) {
            writeFront(run, passed);
        } else {
            byte[] buffer = run.buffer();
            for (int done = 0; done != length; ) {
                int count = (int) Math.min(Integer.toUnsignedLong(length - done), buffer.length);
                passed.memory().read(passed.number(1) + done, buffer, 0, count);
                body.write(buffer, 0, count);
                done += count;
            }
        }
        passed.answer(4, length);
    }

    private static void writeFront(FastlyRun run, Passed passed) {
        readable(run, passed).writeFront(passed.bytes(1, Allowance.BYTES_MAX));
    }

    private static void knownLength(FastlyRun run, Passed passed) {
        WritableBody any = run.handles().get(passed.number(0), WritableBody.class);
        long length = any instanceof Body body ? body.knownLength() : Body.UNKNOWN;
        if (length == Body.UNKNOWN) {
            throw new Refused(Status.NONE);
        }
        passed.answerWide(1, length);
    }

    private static void noTrailers(FastlyRun run, Passed passed) {
        readable(run, passed);
        passed.answerWide(4, -1);
        passed.answer(5, 0);
    }

    private static void noTrailer(FastlyRun run, Passed passed) {
        readable(run, passed);
        throw new Refused(Status.INVAL);
    }
}
