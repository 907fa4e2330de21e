package dev.cress.control.api;

import dev.cress.contract.Json;
import dev.cress.contract.Problem;
import dev.cress.control.api.Endpoint.TokenFor;
import dev.cress.control.module.PreparedImages;
import dev.cress.control.module.Pushes;
import dev.cress.control.module.Uploads;
import dev.cress.control.store.Actor;
import dev.cress.control.store.Collector;
import dev.cress.control.store.EntityTags;
import dev.cress.control.store.Membership;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Releasing;
import dev.cress.control.store.Scope;
import dev.cress.control.store.SecretKeeping;
import dev.cress.control.store.Secrets;
import dev.cress.control.store.Store;
import dev.cress.control.sync.Sync;
import dev.cress.control.trust.Roll;
import dev.cress.control.trust.ServerTls;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Pattern;

/// The HTTP server: finds the endpoint, checks the token, answers, counts. Made and used on the
/// event loop.
public final class ApiServer {
    /// A connection on which nothing moves is closed; longer than any wait or heartbeat.
    static final Duration IDLE_MAX = Duration.ofSeconds(90);

    /// How long the rest of a body is read after its request was refused: to close at once would
    /// take the answer away from a client that is still sending.
    static final Duration DISCARD_WITHIN = Duration.ofSeconds(10);

    /// Bytes of one message that a node sends; longer ones end its session.
    static final int MESSAGE_BYTES_MAX = 1 << 20;

    /// Bytes of a request line and of the headers, all in all.
    static final int LINE_BYTES_MAX = 8 << 10;

    static final int HEADER_BYTES_MAX = 32 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    /// Whoever showed no token that is known.
    private static final Grant NOBODY = new Grant("", "", Scope.METRICS, "");

    private final Vertx vertx;
    private final RefusedAttempts refused;
    private final HttpServer server;
    private final Endpoints endpoints;
    private final Endpoints registry;
    private final Access access;
    private final Roll roll;
    private final PrometheusMeterRegistry meters;
    private final int jsonBytesMax;

    /// @param jsonBytesMax bytes of a JSON body
    public ApiServer(
            Vertx vertx,
            Store store,
            Sync sync,
            SecretKeeping secrets,
            Uploads uploads,
            PreparedImages images,
            Access access,
            Roll roll,
            Optional<ServerTls> tls,
            PrometheusMeterRegistry meters,
            InstantSource clock,
            int jsonBytesMax) {
        this.vertx = vertx;
        this.refused = new RefusedAttempts(store.audit());
        vertx.setPeriodic(RefusedAttempts.WRITE_EVERY.toMillis(), _ -> refused.tick());
        this.access = access;
        this.roll = roll;
        this.meters = meters;
        this.jsonBytesMax = jsonBytesMax;
        var pushed = new Pushed(store, clock);
        endpoints =
                Endpoints.of(
                        new FunctionEndpoints(
                                store, new Releasing(store, clock), sync, pushed, images),
                        new ModuleEndpoints(store.uploaded(), uploads),
                        new ImageEndpoints(images, sync),
                        new LogEndpoints(vertx, store, sync, clock),
                        new FleetEndpoints(store, sync, access),
                        new AuditEndpoints(store.audit()),
                        new TenantEndpoints(store.tenancy(), sync, access),
                        new SecretEndpoints(secrets, sync),
                        new JoinEndpoints(new Membership(store), roll, sync, tls, clock),
                        new StoreEndpoints(new Collector(store, meters)),
                        new Operations(meters));
        registry =
                RegistryEndpoints.of(
                        new RegistryBlobs(uploads.blobs(pushed, clock), pushed),
                        new RegistryManifests(new Pushes(uploads, pushed, images), pushed));
        server = vertx.createHttpServer(options(tls));
        server.requestHandler(this::handle);
        server.invalidRequestHandler(
                request -> {
                    request.response().endHandler(_ -> request.connection().close());
                    answer(request, Problems.unreadable(request.decoderResult().cause()));
                });
    }

    private static HttpServerOptions options(Optional<ServerTls> tls) {
        var options =
                new HttpServerOptions()
                        .setHttp2ClearTextEnabled(false)
                        .setMaxInitialLineLength(LINE_BYTES_MAX)
                        .setMaxHeaderSize(HEADER_BYTES_MAX)
                        .setIdleTimeout((int) IDLE_MAX.toSeconds())
                        .setMaxWebSocketMessageSize(MESSAGE_BYTES_MAX)
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false);
        tls.ifPresent(spoken -> spoken.configure(options));
        return options;
    }

    /// Everything that can be called, but for registry tools.
    Endpoints endpoints() {
        return endpoints;
    }

    /// What registry tools may call.
    Endpoints registry() {
        return registry;
    }

    /// Answers the port that it listens on.
    public Future<Integer> listen(String address, int port) {
        return server.listen(port, address).map(HttpServer::actualPort);
    }

    private void handle(HttpServerRequest request) {
        var timer = Timer.start(meters);
        String id = requestId(request);
        request.response().putHeader("x-request-id", id);
        Endpoints.Found found;
        try {
            var called = RegistryProblems.isOn(request.path()) ? registry : endpoints;
            found = called.find(request.method(), request.path());
        } catch (Refusal e) {
            count(request, timer, "none");
            refuse(request, e);
            return;
        }
        var endpoint = found.endpoint();
        count(request, timer, endpoint.label());
        Grant caller = NOBODY;
        try {
            var shown = member(endpoint, request);
            caller =
                    shown.map(member -> Grant.of(member.credential(), member.member()))
                            .orElseGet(() -> caller(endpoint, request));
            require(caller, found);
            var known = caller;
            var member = shown.map(Roll.Shown::member);
            var call = new Call(request, found, caller, member, id, jsonBytesMax);
            endpoint.handler()
                    .handle(call)
                    .onSuccess(answer -> answer(request, answer))
                    .onFailure(fault -> failed(call, fault, !known.isFleets()));
        } catch (RuntimeException e) {
            var who = Call.actor(request, endpoint.label(), found.arguments(), caller, id);
            refuse(request, Problems.of(e), who, !caller.isFleets());
        }
    }

    /// A caller who went while the answer was on its way gets none, and is no fault of ours.
    private void failed(Call call, Throwable fault, boolean isTenants) {
        if (!(fault instanceof Refusal) && call.response().closed()) {
            LOG.debug("{} went before its answer was whole", call.actor().address(), fault);
        } else {
            refuse(call.request(), Problems.of(fault), call.actor(), isTenants);
        }
    }

    /// The caller's own, so that he finds it again in the audit log, or one that is made for it.
    private static String requestId(HttpServerRequest request) {
        String sent = request.getHeader("x-request-id");
        return sent != null && REQUEST_ID.matcher(sent).matches() ? sent : Secrets.hex(8);
    }

    private void refuse(HttpServerRequest request, Refusal refusal, Actor who, boolean isTenants) {
        int status = refusal.problem().status();
        // Registry tools ask for what isn't there in the course of every push.
        boolean usual =
                RegistryProblems.isOn(request.path())
                        && !refusal.problem().code().equals("unknown-function");
        if (status == 401 || status == 403 || (status == 404 && isTenants && !usual)) {
            refused.add(who, refusal.problem().code());
        }
        refuse(request, refusal);
    }

    private Grant caller(Endpoint endpoint, HttpServerRequest request) {
        boolean open =
                switch (endpoint.token()) {
                    case NOBODY -> true;
                    case REMOTE -> isLoopback(request);
                    case EVERYBODY -> false;
                };
        if (open) {
            return NOBODY;
        }
        String shown = request.getHeader("authorization");
        var grant =
                access.check(
                        RegistryProblems.isOn(request.path())
                                ? RegistryProblems.bearer(shown)
                                : shown);
        if (grant.scope() == Scope.JOIN && request.isSSL()) {
            throw Access.certificateNeeded();
        }
        return grant;
    }

    private static void require(Grant caller, Endpoints.Found found) {
        var endpoint = found.endpoint();
        if (endpoint.token() == TokenFor.NOBODY || caller.has(endpoint.scopes())) {
            return;
        }
        var unknown = endpoint.unknown();
        throw unknown == null || caller.isFleets()
                ? Access.forbidden(caller, endpoint.scopes())
                : unknown.apply(found.arguments().getFirst());
    }

    /// Members are known by their certificates wherever they have something to do, unless they come
    /// with a token.
    private Optional<Roll.Shown> member(Endpoint endpoint, HttpServerRequest request) {
        return endpoint.scopes().contains(Scope.JOIN) && request.getHeader("authorization") == null
                ? roll.caller(request)
                : Optional.empty();
    }

    private static boolean isLoopback(HttpServerRequest request) {
        String address = request.remoteAddress().hostAddress();
        return address != null && InetAddress.ofLiteral(address).isLoopbackAddress();
    }

    private void answer(HttpServerRequest request, Answer answer) {
        var response = request.response();
        if (answer.streamed() || response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        if (answer.body() == null) {
            response.end();
        } else {
            String text = Json.write(answer.body());
            // A page is another when the list goes on behind it.
            String all = text + answer.headers().getOrDefault("link", "");
            if (answer.isTagged() && isKnown(request, EntityTags.of(all))) {
                response.setStatusCode(304).end();
            } else {
                response.putHeader("content-type", "application/json").end(text);
            }
        }
    }

    /// Puts the tag on the answer, and says whether the caller has what it stands for.
    static boolean isKnown(HttpServerRequest request, String tag) {
        request.response().putHeader("etag", tag);
        String known = request.getHeader("if-none-match");
        return known != null && EntityTags.matchWeakly(known, tag);
    }

    private void refuse(HttpServerRequest request, Throwable fault) {
        var response = request.response();
        if (response.headWritten() || response.closed()) {
            // A body that can't be finished must not look finished.
            request.connection().close();
            return;
        }
        // What was said of an answer that doesn't come isn't true of the problem.
        String id = response.headers().get("x-request-id");
        response.headers().clear();
        if (id != null) {
            response.putHeader("x-request-id", id);
        }
        if (request.getHeader("expect") != null) {
            // Whether the body still comes is open, so nothing can follow on this connection.
            response.putHeader("connection", "close");
        }
        answer(request, Problems.of(fault));
        if (!request.isEnded()) {
            discard(request);
        }
    }

    private static void answer(HttpServerRequest request, Refusal refusal) {
        var response = request.response();
        if (RegistryProblems.isOn(request.path())) {
            RegistryProblems.headers(refusal).forEach(response::putHeader);
            response.setStatusCode(RegistryProblems.status(refusal.problem()))
                    .putHeader("content-type", "application/json")
                    .end(Json.write(RegistryProblems.body(refusal.problem())));
            return;
        }
        refusal.headers().forEach(response::putHeader);
        response.setStatusCode(refusal.problem().status())
                .putHeader("content-type", Problem.MEDIA_TYPE)
                .end(Json.write(refusal.problem()));
    }

    private void discard(HttpServerRequest request) {
        long timer = vertx.setTimer(DISCARD_WITHIN.toMillis(), _ -> request.connection().close());
        request.exceptionHandler(_ -> vertx.cancelTimer(timer));
        request.endHandler(_ -> vertx.cancelTimer(timer));
        request.handler(_ -> {});
        request.resume();
    }

    private void count(HttpServerRequest request, Timer.Sample timer, String endpoint) {
        request.response()
                .endHandler(
                        _ ->
                                timer.stop(
                                        Timer.builder("cress.control.requests")
                                                .description("requests by endpoint and status")
                                                .tag("endpoint", endpoint)
                                                .tag(
                                                        "status",
                                                        String.valueOf(
                                                                request.response().getStatusCode()))
                                                .register(meters)));
    }

    /// Stops listening and ends every connection.
    public Future<Void> close() {
        return server.close();
    }
}
