package dev.cress.control.api;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.NodeFrame;

import io.vertx.core.http.HttpServerResponse;

/// Writes log lines to one reader, as fast as he takes them. What he can't take is left out, and a
/// line with the outcome `dropped` says how much. Lives on the event loop.
final class LogReader {
    private final HttpServerResponse response;
    private final FunctionName function;
    private long dropped;

    LogReader(HttpServerResponse response, FunctionName function) {
        this.response = response;
        this.function = function;
    }

    void take(NodeFrame.Logs logs) {
        dropped += logs.dropped();
        for (LogEntry entry : logs.entries()) {
            if (response.writeQueueFull()) {
                dropped++;
            } else {
                sayDropped(entry.atMs());
                write(Json.write(entry));
            }
        }
    }

    void heartbeat(long nowMs) {
        if (!response.writeQueueFull()) {
            sayDropped(nowMs);
            write("");
        }
    }

    private void sayDropped(long atMs) {
        if (dropped > 0) {
            String what = dropped + " entries left out: the reader was too slow";
            write(Json.write(LogEntry.dropped(atMs, "", function, what)));
            dropped = 0;
        }
    }

    private void write(String line) {
        response.write(line + "\n");
    }
}
