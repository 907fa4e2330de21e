package dev.cress.node.serve;

import dev.cress.contract.CressHeader;
import dev.cress.contract.ErrorCode;
import dev.cress.contract.LogEntry;
import dev.cress.node.capability.RunCapabilities;
import dev.cress.node.outbound.Asking.Journal;
import dev.cress.wasm.GuestRun;
import dev.cress.wasm.guest.Assets;
import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunResult;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/// One request that found its version: gathers the body, waits for a guest thread, runs the guest,
/// answers, and tells the function's log. The event loop owns it, but for what [GuestExchange]
/// gives the guest's thread.
final class NodeRequest implements GuestExchange, RequestBody.Listener, Journal {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRequest.class);

    /// Timers of Vert.x count from 0.
    private static final long NO_TIMER = -1;

    private final RequestHandler handler;
    private final Context context;
    private final HttpServerRequest http;
    private final Incoming incoming;
    private final RouteTable.Match match;
    private final ServedVersion version;
    private final RequestHandler.Ticket ticket;
    private final RequestBody body;
    private final Answer answer;
    private final RequestLog log;
    private final GuestThreads.Task turn = this::runGuest;
    private volatile @Nullable GuestRequest request;
    private volatile @Nullable GuestRun run;
    private volatile @Nullable RunResult timing;
    private volatile @Nullable RunCapabilities capabilities;
    private volatile boolean stopped;
    private long waitTimer = NO_TIMER;
    private boolean counted;
    private long readyNanos;

    NodeRequest(
            RequestHandler handler,
            Context context,
            HttpServerRequest http,
            Incoming incoming,
            RouteTable.Match match,
            ServedVersion version,
            RequestHandler.Ticket ticket) {
        this.handler = handler;
        this.ticket = ticket;
        this.context = context;
        this.http = http;
        this.incoming = incoming;
        this.match = match;
        this.version = version;
        this.body =
                new RequestBody(
                        context,
                        http,
                        handler.limits().requestBodyBytes(),
                        handler.bufferedBodyBytes(),
                        handler.limits().bufferedBodyBytes(),
                        this);
        this.answer = new Answer(context, http, this::putOurHeaders);
        this.log = RequestLog.of(version);
    }

    void begin() {
        http.response()
                .closeHandler(
                        _ -> {
                            ticket.giveBack();
                            clientGone();
                        });
        http.response().exceptionHandler(_ -> clientGone());
        body.gather();
    }

    @Override
    public void ready() {
        if (answer.isOver()) {
            return;
        }
        readyNanos = System.nanoTime();
        request = GuestView.of(http, incoming, match, version, handler.place(), body.wholeLength());
        run = version.isolates().run(this, version.limits(), version.filters());
        int concurrency = version.version().manifest().limits().concurrency();
        switch (lane().submit(turn, concurrency)) {
            case RUNS -> {}
            case WAITS ->
                    waitTimer =
                            context.owner()
                                    .setTimer(
                                            handler.limits().queueWait().toMillis(),
                                            _ -> waitedEnough());
            case REFUSED ->
                    refuse(
                            ErrorCode.OVERLOADED,
                            "%s: %d requests run and %d wait, no more may"
                                    .formatted(
                                            match.function().name(),
                                            Math.min(concurrency, handler.limits().guestThreads()),
                                            handler.limits().queuedPerFunction()));
        }
    }

    private GuestThreads.Lane lane() {
        return match.function().activity().lane();
    }

    private void waitedEnough() {
        if (lane().remove(turn)) {
            refuse(
                    ErrorCode.OVERLOADED,
                    "%s: no guest thread came free in %d ms, no longer may a request wait"
                            .formatted(
                                    match.function().name(),
                                    handler.limits().queueWait().toMillis()));
        }
    }

    @Override
    public void tooLarge() {
        refuse(
                ErrorCode.BODY_TOO_LARGE,
                "request body is larger than %d bytes"
                        .formatted(handler.limits().requestBodyBytes()));
    }

    @Override
    public void noRoom() {
        refuse(
                ErrorCode.OVERLOADED,
                "request bodies in memory exceed %d KiB"
                        .formatted(handler.limits().bufferedBodyBytes() >> 10));
    }

    @Override
    public void broken() {
        clientGone();
    }

    private void clientGone() {
        context.owner().cancelTimer(waitTimer);
        if (lane().remove(turn)) {
            count("abandoned");
        }
        GuestRun running = run;
        if (running != null) {
            running.abandon();
        }
        body.stop();
        answer.stop();
    }

    /// No guest code decides any more: answers with an error of ours and stops what runs.
    private void refuse(ErrorCode code, String detail) {
        if (!answer.isOver()) {
            var error = ErrorAnswer.of(code, detail);
            answer.refuse(_ -> send(error));
            count(error.code().code());
            body.letEnd();
        }
        clientGone();
    }

    private void send(ErrorAnswer error) {
        HttpServerResponse response = http.response();
        response.putHeader(CressHeader.VERSION.text(), versionText());
        nameFunction(response);
        error.send(response, incoming.requestId(), handler.place().name());
    }

    /// On the guest's thread. A fault of ours, of whatever kind, is answered: nobody else will.
    private GuestThreads.After runGuest() {
        try {
            RunResult result = execute(Objects.requireNonNull(run));
            timing = result;
            match.function().activity().record(result);
            context.runOnContext(_ -> finish(result));
            return result.threadSpent() ? GuestThreads.After.SPENT : GuestThreads.After.FRESH;
        } catch (RuntimeException | Error fault) {
            LOG.error(
                    "request {} of {} failed",
                    incoming.requestId(),
                    match.function().name(),
                    fault);
            context.runOnContext(_ -> internalError());
            return GuestThreads.After.SPENT;
        }
    }

    private RunResult execute(GuestRun guest) {
        try {
            return guest.execute();
        } finally {
            RunCapabilities asked = capabilities;
            if (asked != null) {
                asked.close();
            }
        }
    }

    private void internalError() {
        refuse(ErrorCode.INTERNAL, "the node failed; its log has the request's id");
    }

    private void finish(RunResult result) {
        context.owner().cancelTimer(waitTimer);
        body.stop();
        ErrorAnswer error = answer.finish(result.outcome(), this::send);
        body.letEnd();
        if (error != null) {
            count(error.code().code());
        } else if (result.outcome() instanceof Outcome.Abandoned) {
            count("abandoned");
        } else {
            count("ok");
        }
        match.function().activity().add(logEntry(result, error));
    }

    private void count(String outcome) {
        if (!counted) {
            counted = true;
            match.function().activity().count(answer.status(), outcome);
            match.over(version, outcome, answer.status(), readyNanos);
        }
    }

    private LogEntry logEntry(RunResult result, @Nullable ErrorAnswer error) {
        return new LogEntry(
                System.currentTimeMillis(),
                handler.place().name(),
                match.function().name(),
                version.version().number(),
                incoming.requestId(),
                http.method().name(),
                http.path() == null ? "" : http.path(),
                result.outcome() instanceof Outcome.Abandoned ? 0 : answer.status(),
                error != null
                        ? error.code().code()
                        : result.outcome() instanceof Outcome.Abandoned ? "abandoned" : "ok",
                RequestLog.why(result.outcome(), error),
                result.guestNanos() / 1_000,
                result.cpuNanos() / 1_000,
                log.lines());
    }

    private void putOurHeaders(HttpServerResponse response) {
        response.putHeader(CressHeader.REQUEST_ID.text(), incoming.requestId())
                .putHeader(CressHeader.NODE.text(), handler.place().name())
                .putHeader(CressHeader.VERSION.text(), versionText());
        nameFunction(response);
        RunResult result = timing;
        if (result != null && incoming.isLoopback()) {
            response.putHeader(
                    "server-timing",
                    String.format(
                            Locale.ROOT,
                            "isolate;dur=%.3f, guest;dur=%.3f",
                            result.isolateStartNanos() / 1e6,
                            result.guestNanos() / 1e6));
        }
    }

    /// For the router's metrics.
    private void nameFunction(HttpServerResponse response) {
        if (incoming.fromRouter()) {
            response.putHeader(CressHeader.FUNCTION.text(), match.function().name().value());
        }
    }

    private String versionText() {
        return Integer.toString(version.version().number());
    }

    @Override
    public GuestRequest request() {
        return Objects.requireNonNull(request);
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return body.read(into, offset, length);
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
        answer.flush();
    }

    @Override
    public void end() {
        answer.stop();
        context.runOnContext(
                _ -> {
                    answer.finish(new Outcome.Completed(), this::send);
                    body.letEnd();
                });
    }

    @Override
    public Capabilities capabilities() {
        RunCapabilities known = capabilities;
        if (known == null) {
            known =
                    handler.capabilities()
                            .of(
                                    match.function().name(),
                                    version.version(),
                                    version.assets().isPresent()
                                            ? version.assets().get()
                                            : Assets.NONE,
                                    request(),
                                    context,
                                    this);
            capabilities = known;
            if (stopped) {
                known.stop();
            }
        }
        return known;
    }

    /// What the guest has answered so far goes out while it waits: the client may be waiting for
    /// it.
    @Override
    public void waiting() {
        answer.flush();
    }

    @Override
    public void note(String line) {
        log.note(line);
    }

    @Override
    public void outbound(String outcome, Duration time) {
        match.function().activity().countOutbound(outcome, time);
    }

    @Override
    public LogLevel logLevel() {
        return log.least();
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        log.add(level, text);
    }

    @Override
    public void stopped(Outcome outcome) {
        stopped = true;
        body.stop();
        answer.stop();
        RunCapabilities asked = capabilities;
        if (asked != null) {
            asked.stop();
        }
        context.runOnContext(
                _ -> {
                    ErrorAnswer error = answer.finish(outcome, this::send);
                    body.letEnd();
                    if (error != null) {
                        count(error.code().code());
                    }
                });
    }
}
