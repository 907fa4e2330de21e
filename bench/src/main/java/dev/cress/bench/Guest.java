package dev.cress.bench;

import dev.cress.wasm.Filter;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.GuestRequest.MatchedRoute;
import dev.cress.wasm.guest.GuestRequest.Place;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One of the examples or of the guests in `bench/guests`, and a request that makes it do what it
/// is for. Immutable.
final class Guest {
    private static final int OK = 200;

    /// 4 KB of what people write in a README.
    private static final String DOCUMENT =
            """
            ## A heading with `code` in it

            A paragraph with *emphasis*, **more of it**, [a link](https://example.org/a?b=c) and ~~what
            was struck out~~, long enough to be wrapped once or twice by whoever wrote it.

            * one thing, then another
            * [x] a task that was done

            | left | right |
            |------|------:|
            | a    |    12 |

            """
                    .repeat(11);

    /// 4 KB of records, as an API returns them.
    private static final String RECORDS =
            IntStream.range(0, 40)
                    .mapToObj(
                            i ->
                                    """
                                    {"id":%d,"name":"Ada \\u00e9 %d","tags":["a","b"],"price":%d.5e1,"open":true,"next":null}\
                                    """
                                            .formatted(i, i, i))
                    .collect(Collectors.joining(",", "[", "]"));

    /// All examples, the smallest first.
    static final List<Guest> ALL =
            List.of(
                    get("hello", "/", "name=Ada"),
                    get("avatar", "/avatar/ada.png", "size=128"),
                    post("token", "/sign", "{\"sub\":\"ada\"}"),
                    get("ab-test", "/", ""),
                    post("markdown", "/", DOCUMENT),
                    post("json-check", "/", RECORDS));

    /// Guests that are there to be measured only.
    private static final List<Guest> MORE = List.of(post("c-18-pages", "/", DOCUMENT));

    private final String name;
    private final GuestRequest request;
    private final byte[] body;

    private Guest(String name, GuestRequest request, byte[] body) {
        this.name = name;
        this.request = request;
        this.body = body;
    }

    static Guest named(String name) {
        return Stream.concat(ALL.stream(), MORE.stream())
                .filter(guest -> guest.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no guest is named " + name));
    }

    String name() {
        return name;
    }

    /// Its name, and what it is asked for if there is a choice.
    String label() {
        return request.path().equals("/") ? name : name + request.path();
    }

    /// Its committed `.wasm`.
    byte[] module() {
        return wasm(name);
    }

    /// The committed `.wasm` in the folder of that name.
    static byte[] wasm(String name) {
        return file("%s/%s.wasm".formatted(name, name));
    }

    /// A committed file: the guest's folder, and its own name.
    static byte[] file(String path) {
        try (InputStream in = Guest.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is not in the benchmark's jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One run on this thread, with the limits that every manifest gets.
    ///
    /// @return bytes of the answer
    int ask(Isolates isolates) {
        var exchange = exchange();
        check(exchange, isolates.run(exchange, RunLimits.DEFAULT).execute());
        return exchange.answerBytes();
    }

    /// What it is asked.
    GuestRequest request() {
        return request;
    }

    /// With this body.
    byte[] body() {
        return body.clone();
    }

    /// One run on this thread.
    ///
    /// @return the time until its isolate is as new
    GuestThreads.Run wholeRun(Isolates isolates) {
        return wholeRun(isolates, List.of());
    }

    /// The same with these filters in front.
    GuestThreads.Run wholeRun(Isolates isolates, List<Filter> filters) {
        var exchange = exchange();
        long start = System.nanoTime();
        RunResult result = isolates.run(exchange, RunLimits.DEFAULT, filters).execute();
        long nanos = System.nanoTime() - start;
        check(exchange, result);
        return new GuestThreads.Run(nanos, result.threadSpent());
    }

    /// One run on this thread.
    ///
    /// @return the time until the answer's head
    GuestThreads.Run firstByte(Isolates isolates) {
        var exchange = exchange();
        long start = System.nanoTime();
        RunResult result = isolates.run(exchange, RunLimits.DEFAULT).execute();
        check(exchange, result);
        return new GuestThreads.Run(exchange.headNanos() - start, result.threadSpent());
    }

    /// One run on this thread.
    ///
    /// @return the guest's time, and what it took until its isolate was as new after that
    Parts parts(Isolates isolates) {
        var exchange = exchange();
        long start = System.nanoTime();
        RunResult result = isolates.run(exchange, RunLimits.DEFAULT).execute();
        long nanos = System.nanoTime() - start;
        check(exchange, result);
        return new Parts(
                new GuestThreads.Run(result.guestNanos(), result.threadSpent()),
                nanos - result.isolateStartNanos() - result.guestNanos());
    }

    /// A run, and what came after it.
    record Parts(GuestThreads.Run run, long resetNanos) {}

    /// One run on this thread, and what it answered.
    Answer answer(Isolates isolates) {
        var exchange = exchange();
        exchange.keepAnswer();
        RunResult result = isolates.run(exchange, RunLimits.DEFAULT).execute();
        check(exchange, result);
        return new Answer(
                exchange.answer(), new GuestThreads.Run(result.guestNanos(), result.threadSpent()));
    }

    /// An answer's body as text, and how long the guest ran.
    record Answer(String body, GuestThreads.Run run) {}

    /// A new exchange of its request.
    Exchange exchange() {
        return new Exchange(request, body);
    }

    private void check(Exchange exchange, RunResult result) {
        Outcome outcome = result.outcome();
        if (!(outcome instanceof Outcome.Completed)
                || exchange.status() != OK
                || exchange.answerBytes() == 0) {
            throw new IllegalStateException(
                    "%s answered %d with %d bytes, %s, and logged '%s'"
                            .formatted(
                                    name,
                                    exchange.status(),
                                    exchange.answerBytes(),
                                    outcome,
                                    exchange.logged()));
        }
    }

    /// A guest that is asked for this path.
    static Guest get(String name, String path, String query) {
        return new Guest(name, request("GET", path, query, -1), new byte[0]);
    }

    /// A guest that is sent this body.
    static Guest post(String name, String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new Guest(name, request("POST", path, "", bytes.length), bytes);
    }

    private static GuestRequest request(
            String method, String path, String query, long contentLength) {
        return new GuestRequest(
                method,
                "http",
                "bench.localhost",
                8080,
                path,
                query,
                "HTTP/1.1",
                List.of(
                        new Header("host", "bench.localhost:8080"),
                        new Header("user-agent", "ann"),
                        new Header("accept", "*/*")),
                contentLength,
                "127.0.0.1",
                new MatchedRoute("/*", ""),
                new Place("bench", 1, "fra-1", "fra", "01JABC", "DE", ""),
                Map.of("TOKEN_KEY", "0123456789abcdef0123456789abcdef"));
    }
}
