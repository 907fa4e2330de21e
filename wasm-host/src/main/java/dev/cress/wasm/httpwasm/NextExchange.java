package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

/// The exchange as what stands behind a filter has it: the request as the filter left it, and an
/// answer that comes to the filter.
final class NextExchange implements GuestExchange {
    private final GuestExchange filters;
    private final RequestSide asked;
    private final ResponseSide answer;
    private final GuestRequest request;

    NextExchange(GuestExchange filters, RequestSide asked, ResponseSide answer) {
        this.filters = filters;
        this.asked = asked;
        this.answer = answer;
        this.request = asked.changed();
    }

    @Override
    public GuestRequest request() {
        return request;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return asked.readBehind(into, offset, length);
    }

    @Override
    public void head(ResponseHead head) {
        answer.head(head);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        answer.write(from, offset, length);
    }

    @Override
    public void flush() {
        if (!answer.holds()) {
            filters.flush();
        }
    }

    @Override
    public void end() {
        if (!answer.holds()) {
            filters.end();
        }
    }

    @Override
    public Capabilities capabilities() {
        return filters.capabilities();
    }

    @Override
    public LogLevel logLevel() {
        return filters.logLevel();
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        filters.log(level, text);
    }

    /// Only the outermost exchange is told.
    @Override
    public void stopped(Outcome outcome) {}
}
