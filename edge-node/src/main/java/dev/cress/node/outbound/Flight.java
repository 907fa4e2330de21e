package dev.cress.node.outbound;

import dev.cress.node.config.OutboundConfig.OutboundLimits;
import dev.cress.node.outbound.Call.ToSend;
import dev.cress.node.outbound.Connections.Opened;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// A request to another host on its way: finds the address, connects, sends what [Call] has been
/// given, brings what comes back. Its run's event loop, but where it says "any thread".
final class Flight {
    static final String OK = "ok";
    static final String ABANDONED = "abandoned";

    /// What a server may do twice is asked once more when its connection was just being closed (RFC
    /// 9110 §9.2.2).
    private static final Set<String> REPEATED = Set.of("GET", "HEAD", "OPTIONS");

    /// RFC 9110 §8.6: an empty body of these is declared.
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    /// Final answers (RFC 9110 §15); no protocol is ever switched.
    private static final int STATUS_MIN = 200;

    private static final int STATUS_MAX = 599;

    private final Call call;
    private final OutboundClient client;
    private final OutboundLimits limits;
    private final Asking asking;
    private final Context context;
    private final String method;
    private final MultiMap headers;
    private final Patience patience;
    private final long beganNanos = System.nanoTime();

    private List<InetAddress> addresses = List.of();
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private boolean onUsedConnection;
    private boolean connecting = true;
    private boolean headSent;
    private boolean endSent;
    private boolean bodySent;
    private boolean over;

    Flight(Call call, OutboundClient client, Asking asking, String method, MultiMap headers) {
        this.call = call;
        this.client = client;
        this.limits = client.limits();
        this.asking = asking;
        this.context = asking.context();
        this.method = method;
        this.headers = headers;
        this.patience = new Patience(context, this::tookTooLong);
    }

    /// Any thread.
    void begin() {
        context.runOnContext(_ -> findAddress());
    }

    private void findAddress() {
        patience.until("connect", limits.connect());
        client.guard()
                .addresses(call.target())
                .onComplete(
                        found -> {
                            if (over) {
                                settled();
                            } else if (found.failed()) {
                                connecting = false;
                                fail(Faults.of(call.target(), found.cause()));
                            } else {
                                addresses = found.result();
                                connect(0);
                            }
                        });
    }

    private void connect(int index) {
        client.connections()
                .open(call.target(), addresses.get(index), method, headers)
                .onComplete(opened -> connected(index, opened));
    }

    private void connected(int index, AsyncResult<Opened> opened) {
        if (over) {
            if (opened.succeeded()) {
                Connections.giveBack(opened.result().request());
            }
            settled();
        } else if (opened.succeeded()) {
            connecting = false;
            use(opened.result());
        } else if (index + 1 < addresses.size() && Faults.isAboutAddress(opened.cause())) {
            connect(index + 1);
        } else {
            connecting = false;
            fail(Faults.of(call.target(), opened.cause()));
        }
    }

    private void use(Opened opened) {
        HttpClientRequest used = opened.request();
        request = used;
        onUsedConnection = opened.used();
        patience.none();
        used.exceptionHandler(cause -> broke(used, cause));
        used.response()
                .onComplete(
                        answer -> {
                            if (answer.failed()) {
                                broke(used, answer.cause());
                            } else if (over) {
                                Connections.breakOff(used);
                            } else {
                                answered(answer.result());
                            }
                        });
        send();
    }

    /// There is more to send. Any thread.
    void pump() {
        context.runOnContext(_ -> send());
    }

    private void send() {
        HttpClientRequest used = request;
        if (over || used == null || endSent) {
            return;
        }
        ToSend more = call.take();
        if (!headSent) {
            if (more.pieces().isEmpty() && !more.ended() && !more.wanted()) {
                return;
            }
            frame(used, more.length());
            headSent = true;
            if (more.pieces().isEmpty() && !more.ended()) {
                used.sendHead();
            }
        }
        for (Buffer piece : more.pieces()) {
            bodySent = true;
            patience.until("take the request's body", limits.idle());
            used.write(piece).onComplete(_ -> taken(piece.length()));
        }
        if (more.ended()) {
            endSent = true;
            used.end();
            if (response == null) {
                patience.until("answer", limits.head());
            }
        }
    }

    private void frame(HttpClientRequest used, long length) {
        if (length < 0) {
            used.setChunked(true);
        } else if (length > 0 || WITH_BODY.contains(method)) {
            used.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
        }
    }

    private void taken(int bytes) {
        long left = call.sent(bytes);
        if (over || endSent || response != null) {
            return;
        }
        if (left > 0) {
            patience.until("take the request's body", limits.idle());
        } else {
            patience.none();
        }
    }

    private void answered(HttpClientResponse answer) {
        response = answer;
        if (answer.statusCode() < STATUS_MIN || answer.statusCode() > STATUS_MAX) {
            fail(
                    new OutboundException(
                            Reason.PROTOCOL,
                            "%s answered with status %d"
                                    .formatted(call.target().origin(), answer.statusCode())));
            return;
        }
        answer.handler(this::came);
        answer.endHandler(_ -> ended());
        answer.exceptionHandler(cause -> fail(Faults.of(call.target(), cause)));
        patience.until("send its answer", limits.idle());
        call.answered(OutboundHeaders.seen(answer.statusCode(), answer.headers()));
    }

    private void came(Buffer piece) {
        if (over) {
            return;
        }
        switch (call.came(piece)) {
            case GOES_ON -> patience.until("send its answer", limits.idle());
            case PAUSED -> {
                patience.none();
                if (response != null) {
                    response.pause();
                }
            }
            case TOO_LARGE ->
                    fail(
                            new OutboundException(
                                    Reason.TOO_LARGE,
                                    "the answer of %s has more than %d bytes"
                                            .formatted(
                                                    call.target().origin(),
                                                    limits.responseBodyBytes())));
        }
    }

    /// The guest has room again. Any thread.
    void resume() {
        context.runOnContext(
                _ -> {
                    if (!over && response != null) {
                        patience.until("send its answer", limits.idle());
                        response.resume();
                    }
                });
    }

    private void ended() {
        if (over) {
            return;
        }
        finish(OK);
        call.isWhole();
        if (!endSent) {
            // answered before the request was whole: what is left of it must not begin the next one
            reset();
        }
    }

    private void broke(HttpClientRequest used, Throwable cause) {
        if (over || used != request) {
            return;
        }
        if (onUsedConnection
                && response == null
                && endSent
                && !bodySent
                && REPEATED.contains(method)
                && Faults.isClosed(cause)) {
            request = null;
            headSent = false;
            endSent = false;
            connecting = true;
            patience.until("connect", limits.connect());
            connect(0);
            return;
        }
        fail(Faults.of(call.target(), cause));
    }

    private void tookTooLong(String what, Duration allowed) {
        fail(
                new OutboundException(
                        Reason.TIMED_OUT,
                        "%s did not %s in %d ms"
                                .formatted(call.target().origin(), what, allowed.toMillis())));
    }

    private void fail(OutboundException fault) {
        if (!over) {
            finish(RunOutbound.outcome(fault.reason()));
            call.failed(fault);
            reset();
        }
    }

    /// Nobody waits for it any more. Any thread.
    void abort(String outcome) {
        context.runOnContext(
                _ -> {
                    if (!over) {
                        finish(outcome);
                        reset();
                    }
                });
    }

    private void reset() {
        if (request == null) {
            return;
        }
        if (headSent) {
            Connections.breakOff(request);
        } else {
            Connections.giveBack(request);
        }
    }

    private void finish(String outcome) {
        over = true;
        patience.end();
        asking.journal().outbound(outcome, Duration.ofNanos(System.nanoTime() - beganNanos));
        if (!connecting) {
            client.admission().leave(asking.function());
        }
    }

    /// It was over before it had a connection, which it waited for all the same.
    private void settled() {
        connecting = false;
        client.admission().leave(asking.function());
    }
}
