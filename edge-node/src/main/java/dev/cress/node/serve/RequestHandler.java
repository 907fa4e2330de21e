package dev.cress.node.serve;

import dev.cress.contract.CressHeader;
import dev.cress.contract.CressPath;
import dev.cress.contract.ErrorCode;
import dev.cress.node.assets.StaticAnswer;
import dev.cress.node.capability.NodeCapabilities;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.wasm.WasmHost;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// What every request meets first: who asks, for what, and whether this node answers it. Event
/// loops.
public final class RequestHandler {
    private final Place place;
    private final NodeLimits limits;
    private final NodeCapabilities capabilities;
    private final Vertx vertx;
    private final Supplier<RouteTable> routes;
    private final Supplier<byte[]> routerKey;
    private final TenantLimits tenants;
    private final MeterRegistry registry;
    private final AtomicLong bufferedBodyBytes = new AtomicLong();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile long askedNanos = System.nanoTime();
    private volatile Availability availability = Availability.STARTING;

    /// Where this node is.
    public record Place(String name, String region) {}

    /// Whether the node takes requests.
    public enum Availability {
        STARTING,
        SERVING,
        DRAINING
    }

    /// @param routes the present table
    /// @param routerKey by which routers of the fleet are known; empty before the first session
    public RequestHandler(
            Place place,
            NodeLimits limits,
            WasmHost host,
            NodeCapabilities capabilities,
            Vertx vertx,
            Supplier<RouteTable> routes,
            Supplier<byte[]> routerKey,
            TenantLimits tenants,
            MeterRegistry registry) {
        this.tenants = tenants;
        this.place = place;
        this.limits = limits;
        this.capabilities = capabilities;
        this.vertx = vertx;
        this.routes = routes;
        this.routerKey = routerKey;
        this.registry = registry;
        Gauge.builder("cress.requests.in.flight", inFlight, AtomicInteger::get)
                .description("Requests that aren't answered yet")
                .register(registry);
        Gauge.builder("cress.bodies.buffered.bytes", bufferedBodyBytes, AtomicLong::get)
                .description("Request bodies in memory")
                .register(registry);
        Gauge.builder("cress.guest.memory.bytes", host, WasmHost::guestMemoryBytes)
                .description("Memory of all isolates, those that run and those that wait")
                .register(registry);
        FunctionCounter.builder("cress.isolate.mismatches", host, WasmHost::isolateMismatches)
                .description("isolates that differed from a fresh one after their reset")
                .register(registry);
    }

    NodeCapabilities capabilities() {
        return capabilities;
    }

    Place place() {
        return place;
    }

    NodeLimits limits() {
        return limits;
    }

    AtomicLong bufferedBodyBytes() {
        return bufferedBodyBytes;
    }

    /// Requests that aren't answered yet.
    public int inFlight() {
        return inFlight.get();
    }

    /// How long nobody has asked for anything but its health.
    public Duration quiet() {
        return Duration.ofNanos(System.nanoTime() - askedNanos);
    }

    public Availability availability() {
        return availability;
    }

    public void availability(Availability now) {
        availability = now;
    }

    /// Takes a request, on its event loop.
    public void handle(HttpServerRequest http) {
        http.pause();
        var ticket = new Ticket();
        http.response().endHandler(_ -> ticket.giveBack());
        http.response().closeHandler(_ -> ticket.giveBack());
        Incoming incoming = Incoming.of(http, routerKey.get());
        if (incoming.fromRouter() && CressPath.NODE_HEALTH.text().equals(incoming.path())) {
            health(http);
            return;
        }
        askedNanos = System.nanoTime();
        if (availability != Availability.SERVING) {
            refuse(http, incoming, ErrorCode.UNAVAILABLE, "the node is " + word());
            return;
        }
        String path = incoming.path();
        if (path == null || incoming.host().isEmpty()) {
            refuse(
                    http,
                    incoming,
                    ErrorCode.BAD_REQUEST,
                    path == null ? "the path can't be read" : "the Host header is missing");
            return;
        }
        Optional<RouteTable.Match> match = routes.get().find(incoming.host(), path);
        if (match.isEmpty()) {
            refuse(
                    http,
                    incoming,
                    ErrorCode.NO_ROUTE,
                    "nothing is deployed at %s%s".formatted(incoming.host(), path));
            return;
        }
        if (!match.get().elsewhere().isEmpty()) {
            refuseElsewhere(http, incoming, match.get());
            return;
        }
        if (!tenants.admits(match.get().function().activity().tenant())) {
            refuse(
                    http,
                    incoming,
                    ErrorCode.RATE_LIMITED,
                    "tenant %s has used up its requests per second"
                            .formatted(match.get().function().activity().tenant()));
            return;
        }
        serve(http, incoming, match.get(), ticket);
    }

    /// The router that sent it asks the regions that are named.
    private void refuseElsewhere(
            HttpServerRequest http, Incoming incoming, RouteTable.Match match) {
        String regions = String.join(", ", match.elsewhere());
        if (incoming.fromRouter()) {
            http.response()
                    .putHeader(CressHeader.FUNCTION.text(), match.function().name().value())
                    .putHeader(CressHeader.REGIONS.text(), regions);
        }
        refuse(
                http,
                incoming,
                ErrorCode.UNAVAILABLE,
                "%s is placed in %s, and this node is in %s"
                        .formatted(match.function().name(), regions, place.region()));
    }

    /// A request's place among those in flight, given back once. Its event loop's.
    final class Ticket {
        private boolean given;

        Ticket() {
            inFlight.incrementAndGet();
        }

        void giveBack() {
            if (!given) {
                given = true;
                inFlight.decrementAndGet();
            }
        }
    }

    private void serve(
            HttpServerRequest http, Incoming incoming, RouteTable.Match match, Ticket ticket) {
        Optional<ServedVersion> version =
                match.function().pick(match.shares(), affinity(http, incoming));
        if (version.isEmpty()) {
            if (incoming.fromRouter()) {
                // it is about this function, and says nothing of the node
                http.response()
                        .putHeader(CressHeader.FUNCTION.text(), match.function().name().value());
            }
            refuse(
                    http,
                    incoming,
                    ErrorCode.UNAVAILABLE,
                    "%s is not ready on this node yet".formatted(match.function().name()));
            return;
        }
        if (serveFile(http, incoming, match, version.get())) {
            return;
        }
        long declared = declaredLength(http);
        if (declared > limits.requestBodyBytes()) {
            refuse(
                    http,
                    incoming,
                    ErrorCode.BODY_TOO_LARGE,
                    "request body is %d bytes, at most %d"
                            .formatted(declared, limits.requestBodyBytes()));
            return;
        }
        var context = Objects.requireNonNull(vertx.getOrCreateContext());
        new NodeRequest(this, context, http, incoming, match, version.get(), ticket).begin();
    }

    /// Whether the version brought a file for this request, which then goes out without its guest.
    private boolean serveFile(
            HttpServerRequest http,
            Incoming incoming,
            RouteTable.Match match,
            ServedVersion version) {
        var answer =
                version.servedFiles()
                        .flatMap(
                                files ->
                                        StaticAnswer.find(
                                                files,
                                                http,
                                                Objects.requireNonNull(incoming.path()),
                                                match.prefix()));
        if (answer.isEmpty()) {
            return false;
        }
        http.response()
                .putHeader(CressHeader.REQUEST_ID.text(), incoming.requestId())
                .putHeader(CressHeader.NODE.text(), place.name())
                .putHeader(
                        CressHeader.VERSION.text(), Integer.toString(version.version().number()));
        if (incoming.fromRouter()) {
            http.response().putHeader(CressHeader.FUNCTION.text(), match.function().name().value());
        }
        answer.get().send(http).onFailure(_ -> http.connection().close());
        match.function().activity().count(http.response().getStatusCode(), "file");
        UnreadBody.letEnd(vertx, http);
        return true;
    }

    private static long declaredLength(HttpServerRequest http) {
        String declared = http.getHeader(HttpHeaders.CONTENT_LENGTH);
        return declared != null && declared.matches("[0-9]{1,18}") ? Long.parseLong(declared) : -1;
    }

    private static String affinity(HttpServerRequest http, Incoming incoming) {
        String header = http.getHeader(CressHeader.AFFINITY.text());
        if (header != null) {
            return header;
        }
        Cookie cookie = http.getCookie(CressHeader.AFFINITY.text());
        return cookie != null ? cookie.getValue() : incoming.addressAffinity();
    }

    private void health(HttpServerRequest http) {
        boolean serving = availability == Availability.SERVING;
        http.response().setStatusCode(serving ? 200 : 503).end(word());
        UnreadBody.letEnd(vertx, http);
    }

    private String word() {
        return switch (availability) {
            case STARTING -> "starting";
            case SERVING -> "serving";
            case DRAINING -> "draining";
        };
    }

    private void refuse(HttpServerRequest http, Incoming incoming, ErrorCode code, String detail) {
        Counter.builder("cress.requests.refused")
                .description("Requests that were given to no function, by error")
                .tag("error", code.code())
                .register(registry)
                .increment();
        ErrorAnswer.of(code, detail).send(http.response(), incoming.requestId(), place.name());
        UnreadBody.letEnd(vertx, http);
    }
}
