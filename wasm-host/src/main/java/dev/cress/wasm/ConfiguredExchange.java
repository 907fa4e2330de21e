package dev.cress.wasm;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import java.util.Map;

/// An exchange as one of several guests that work on it has it: with a config of its own.
record ConfiguredExchange(GuestExchange exchange, Map<String, String> config)
        implements GuestExchange {
    @Override
    public GuestRequest request() {
        return exchange.request().with(config);
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return exchange.read(into, offset, length);
    }

    @Override
    public void head(ResponseHead head) {
        exchange.head(head);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        exchange.write(from, offset, length);
    }

    @Override
    public void flush() {
        exchange.flush();
    }

    @Override
    public void end() {
        exchange.end();
    }

    @Override
    public Capabilities capabilities() {
        return exchange.capabilities();
    }

    @Override
    public LogLevel logLevel() {
        return exchange.logLevel();
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        exchange.log(level, text);
    }

    @Override
    public void stopped(Outcome outcome) {
        exchange.stopped(outcome);
    }
}
