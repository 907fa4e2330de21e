package dev.cress.control.api;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.NodeFrame;
import dev.cress.control.store.Store;
import dev.cress.control.sync.Sync;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// A function's log as NDJSON: what the nodes still have, and, for who follows, what comes. Lives
/// on the event loop.
final class LogEndpoints {
    static final int BACKLOG = 100;
    static final int BACKLOG_MAX = 1_000;

    /// How long nodes that don't answer are waited for when nobody follows.
    static final Duration COLLECT_WITHIN = Duration.ofSeconds(1);

    /// A blank line this often tells a silent log from a dead connection.
    static final Duration HEARTBEAT = Duration.ofSeconds(10);

    /// Above the one that asks for everything.
    private static final List<String> LEVELS =
            Arrays.stream(LogLevel.values()).skip(1).map(LogLevel::text).toList();

    private static final String MEDIA_TYPE = "application/x-ndjson";

    private final Vertx vertx;
    private final Store store;
    private final Sync sync;
    private final InstantSource clock;

    LogEndpoints(Vertx vertx, Store store, Sync sync, InstantSource clock) {
        this.vertx = vertx;
        this.store = store;
        this.sync = sync;
        this.clock = clock;
    }

    Future<Answer> logs(Call call) {
        FunctionName name = call.function();
        int backlog = call.number("backlog", BACKLOG, 0, BACKLOG_MAX);
        boolean follow = call.flag("follow");
        LogLevel level = LogLevel.of(call.oneOf("level", LogLevel.TRACE.text(), LEVELS));
        return store.function(name)
                .compose(
                        _ ->
                                follow
                                        ? follow(call.response(), name, backlog, level)
                                        : collect(call.response(), name, backlog, level));
    }

    private Future<Answer> follow(
            HttpServerResponse response, FunctionName name, int backlog, LogLevel level) {
        var reader = new LogReader(response, name);
        Runnable stop = sync.logs().follow(name, backlog, level, reader::take);
        long timer = vertx.setPeriodic(HEARTBEAT.toMillis(), _ -> reader.heartbeat(clock.millis()));
        Promise<Answer> gone = Promise.promise();
        response.putHeader("content-type", MEDIA_TYPE).setChunked(true);
        response.exceptionHandler(_ -> gone.tryComplete(Answer.STREAMED));
        response.closeHandler(_ -> gone.tryComplete(Answer.STREAMED));
        reader.heartbeat(clock.millis());
        return gone.future()
                .onComplete(
                        _ -> {
                            vertx.cancelTimer(timer);
                            stop.run();
                        });
    }

    private Future<Answer> collect(
            HttpServerResponse response, FunctionName name, int backlog, LogLevel level) {
        var entries = new ArrayList<LogEntry>();
        Promise<Void> collected = Promise.promise();
        Runnable stop =
                sync.logs()
                        .collect(
                                name,
                                backlog,
                                level,
                                logs -> keep(entries, logs, backlog),
                                collected::tryComplete);
        long timer = vertx.setTimer(COLLECT_WITHIN.toMillis(), _ -> collected.tryComplete());
        return collected
                .future()
                .compose(
                        _ -> {
                            vertx.cancelTimer(timer);
                            stop.run();
                            var text = new StringBuilder();
                            entries.forEach(entry -> text.append(Json.write(entry)).append('\n'));
                            return response.putHeader("content-type", MEDIA_TYPE)
                                    .end(text.toString());
                        })
                .map(Answer.STREAMED);
    }

    /// Keeps the last entries of all nodes together, by time.
    private static void keep(List<LogEntry> entries, NodeFrame.Logs logs, int backlog) {
        entries.addAll(logs.entries());
        entries.sort(Comparator.comparingLong(LogEntry::atMs));
        if (entries.size() > backlog) {
            entries.subList(0, entries.size() - backlog).clear();
        }
    }
}
