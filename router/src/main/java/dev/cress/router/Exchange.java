package dev.cress.router;

import dev.cress.contract.CressHeader;
import dev.cress.contract.ErrorCode;
import dev.cress.contract.Placement;

import io.vertx.core.MultiMap;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// One request's way: offered to one node after the other until one answers, then streamed back
/// with back-pressure. Belongs to the event loop that accepted it.
///
/// ```text
/// connect ──fails──────────────────────────────▶ next node: nothing was sent
///    │
///  send ───breaks before a head───▶ next node, if method and body can be repeated; else 502
///    │                 └──in vain for responseHeadTimeout──▶ 504
///  head ───overloaded/unavailable──▶ next node once, if the body can be repeated; else passed on
///    │    └──placed elsewhere──▶ a node there once, likewise
///    │
///  body ───breaks off──▶ the client's stream breaks off too: never a clean end
/// ```
final class Exchange {
    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.OPTIONS,
                    HttpMethod.TRACE,
                    HttpMethod.PUT,
                    HttpMethod.DELETE);

    private final Lane lane;
    private final HttpServerRequest client;
    private final String requestId;
    private final String target;
    private final MultiMap headers;
    private final Steering steering;
    private List<Node> candidates;

    private RequestBody body = new RequestBody.None(false);
    private int attempts;

    /// Which of the candidates comes next.
    private int next;

    private long offeredNs;
    private long sentNs;
    private boolean refusedBefore;
    private boolean sentElsewhere;
    private boolean over;
    /// Of a body that streams: others are sent in one go.
    private boolean bodySent;
    private @Nullable HttpClientRequest upstream;

    /// @param headers what nodes get, but for the framing
    /// @param candidates nodes to offer the request to, best first
    Exchange(
            Lane lane,
            HttpServerRequest client,
            String requestId,
            String target,
            MultiMap headers,
            Steering steering,
            List<Node> candidates) {
        this.lane = lane;
        this.client = client;
        this.requestId = requestId;
        this.target = target;
        this.headers = headers;
        this.steering = steering;
        this.candidates = candidates;
    }

    void start() {
        lane.retries().earn();
        client.response().closeHandler(_ -> clientGone());
        if (candidates.isEmpty()) {
            fail(ErrorCode.NO_NODE, steering.nobody());
            return;
        }
        RequestBody.of(client, lane.limits().replayBodyBytesMax())
                .onComplete(
                        read -> {
                            body = read;
                            attempt();
                        },
                        _ -> clientGone());
    }

    private void attempt() {
        if (over) {
            return;
        }
        Node node = candidates.get(next++);
        attempts++;
        offeredNs = System.nanoTime();
        var options =
                new RequestOptions()
                        .setMethod(client.method())
                        .setHost(node.host())
                        .setPort(node.port())
                        .setSsl(node.tls())
                        .setURI(target)
                        .setConnectTimeout(lane.limits().waitTimeout().toMillis());
        lane.client()
                .request(options)
                .onComplete(request -> send(node, request), fault -> unreached(node, fault));
    }

    /// Nothing was sent, so any request may go to the next node, its body untouched.
    private void unreached(Node node, Throwable fault) {
        if (over) {
            return;
        }
        if (fault instanceof ConnectionPoolTooBusyException || fault instanceof TimeoutException) {
            // Our own doing: it says nothing against the node.
            retryOr(
                    ErrorCode.OVERLOADED,
                    "all %d connections to node %s are in use"
                            .formatted(lane.limits().connectionsPerNodeMax(), node.name()));
            return;
        }
        lane.fleet().dropped(node);
        boolean late = System.nanoTime() - offeredNs >= lane.limits().connectTimeout().toNanos();
        retryOr(
                late ? ErrorCode.NO_NODE_IN_TIME : ErrorCode.NO_NODE,
                "%d of %d nodes tried; the last, %s, took no connection"
                        .formatted(next, candidates.size(), node.name()));
    }

    private void send(Node node, HttpClientRequest request) {
        if (over) {
            request.reset();
            return;
        }
        upstream = request;
        sentNs = System.nanoTime();
        request.headers().addAll(headers);
        // What fails arrives below as well; unhandled, Vert.x logs every client that leaves.
        request.exceptionHandler(_ -> {});
        request.response()
                .onComplete(
                        response -> answered(node, request, response),
                        fault -> unanswered(node, fault));
        body.sendTo(request).onComplete(_ -> awaitHead(request), _ -> sendingFailed(request));
    }

    private void awaitHead(HttpClientRequest request) {
        bodySent = true;
        if (!over && !request.response().isComplete()) {
            request.idleTimeout(lane.limits().responseHeadTimeout().toMillis());
        }
    }

    /// A node that answered early may stop reading: its answer still counts.
    private void sendingFailed(HttpClientRequest request) {
        if (!request.response().succeeded()) {
            abandon(request);
        }
    }

    /// Leaves a request where it stands. A reset gives the connection back to the pool once the
    /// answer has ended; with a body that hasn't, the next request would be read as its rest.
    private void abandon(HttpClientRequest request) {
        if (bodySent || body.replayable()) {
            request.reset();
        } else {
            request.connection().close();
        }
    }

    private void unanswered(Node node, Throwable fault) {
        if (over) {
            return;
        }
        if (fault instanceof TimeoutException) {
            fail(
                    ErrorCode.NO_NODE_IN_TIME,
                    "node %s did not answer in %d ms"
                            .formatted(
                                    node.name(), lane.limits().responseHeadTimeout().toMillis()));
            return;
        }
        lane.fleet().dropped(node);
        String what = "node %s closed the connection before it answered".formatted(node.name());
        if (IDEMPOTENT.contains(client.method()) && body.replayable()) {
            retryOr(ErrorCode.NO_NODE, what);
        } else {
            fail(
                    ErrorCode.NO_NODE,
                    what + "; it may have acted on the request, so no other was asked");
        }
    }

    private void answered(Node node, HttpClientRequest request, HttpClientResponse response) {
        if (over) {
            abandon(request);
            return;
        }
        lane.metrics().answered(node, System.nanoTime() - sentNs);
        boolean refused = refusal(response).isPresent();
        if (isAboutNode(response)) {
            lane.fleet().draining(node);
        }
        if (refused && body.replayable() && goesOn(node, response)) {
            response.handler(_ -> {}).exceptionHandler(_ -> {});
            attempt();
            return;
        }
        pass(node, request, response, refused);
    }

    /// Whether another node is asked. One of the regions that the node named is no retry: this one
    /// hasn't what was asked for, however well all are.
    private boolean goesOn(Node node, HttpClientResponse refusal) {
        var there = elsewhere(node, refusal);
        if (!sentElsewhere && !there.isEmpty()) {
            sentElsewhere = true;
            candidates = there;
            next = 0;
            return true;
        }
        if (!refusedBefore && mayRetry()) {
            refusedBefore = true;
            return true;
        }
        return false;
    }

    private List<Node> elsewhere(Node node, HttpClientResponse refusal) {
        String named = refusal.getHeader(CressHeader.REGIONS.text());
        if (named == null) {
            return List.of();
        }
        var regions =
                Arrays.stream(named.split(",", Placement.REGIONS_MAX + 1))
                        .map(String::strip)
                        .limit(Placement.REGIONS_MAX)
                        .collect(Collectors.toUnmodifiableSet());
        return steering.candidates(regions).stream().filter(other -> !other.equals(node)).toList();
    }

    private static Optional<ErrorCode> refusal(HttpClientResponse response) {
        return Optional.ofNullable(response.getHeader(CressHeader.ERROR.text()))
                .flatMap(ErrorCode::byCode)
                .filter(ErrorCode::retryable);
    }

    /// A node that has no version of one function yet names that function, and serves all others.
    private static boolean isAboutNode(HttpClientResponse response) {
        return refusal(response).filter(code -> code == ErrorCode.UNAVAILABLE).isPresent()
                && response.getHeader(CressHeader.FUNCTION.text()) == null;
    }

    private void retryOr(ErrorCode code, String detail) {
        if (mayRetry()) {
            attempt();
        } else {
            fail(code, detail);
        }
    }

    private boolean mayRetry() {
        if (next >= candidates.size()) {
            return false;
        }
        if (!lane.retries().spend()) {
            lane.metrics().retryDenied();
            return false;
        }
        lane.metrics().retried();
        return true;
    }

    private void pass(
            Node node, HttpClientRequest request, HttpClientResponse from, boolean refused) {
        HttpServerResponse to = client.response();
        to.setStatusCode(from.statusCode()).setStatusMessage(from.statusMessage());
        Headers.toClient(from.headers(), to.headers(), requestId);
        boolean measured = to.headers().contains(HttpHeaders.CONTENT_LENGTH);
        if (!measured && hasBody(from) && client.version() != HttpVersion.HTTP_1_0) {
            to.setChunked(true);
        }
        String function = from.getHeader(CressHeader.FUNCTION.text());
        if (function != null) {
            lane.metrics().function(function, from.statusCode());
        }
        from.pipe()
                .endOnFailure(false)
                .to(to)
                .onComplete(
                        _ -> passed(node, request, from.statusCode(), refused),
                        _ -> brokenOff(node, request, from.statusCode()));
        if (to.isChunked() || measured) {
            // A head whose body is slow mustn't wait for it; one whose body is here goes with it.
            lane.vertx().runOnContext(_ -> writeHead(to));
        }
    }

    private void passed(Node node, HttpClientRequest request, int status, boolean refused) {
        Outcome whole = attempts > 1 ? Outcome.RETRIED : Outcome.OK;
        finish(Optional.of(node), status, refused ? Outcome.REFUSED : whole);
        if (!bodySent && !body.replayable()) {
            abandon(request);
        }
        Answer.letEnd(lane.vertx(), client);
    }

    private void writeHead(HttpServerResponse to) {
        if (!over && !to.headWritten()) {
            to.writeHead();
        }
    }

    private boolean hasBody(HttpClientResponse from) {
        int status = from.statusCode();
        return !HttpMethod.HEAD.equals(client.method()) && status != 204 && status != 304;
    }

    private void brokenOff(Node node, HttpClientRequest request, int status) {
        if (over) {
            return;
        }
        abandon(request);
        finish(Optional.of(node), status, Outcome.BROKEN_OFF);
        client.response().reset();
    }

    private void fail(ErrorCode code, String detail) {
        finish(Optional.empty(), code.status(), Outcome.NO_NODE);
        Answer.problem(lane.vertx(), client, code, requestId, detail);
    }

    private void clientGone() {
        if (over) {
            return;
        }
        finish(Optional.empty(), 0, Outcome.CLIENT_GONE);
        if (upstream != null) {
            abandon(upstream);
        }
    }

    private void finish(Optional<Node> node, int status, Outcome outcome) {
        if (!over) {
            over = true;
            lane.metrics().finished(node, status, outcome);
        }
    }
}
