package dev.cress.wasm;

import static dev.cress.wasm.HandlerModule.NEXT;
import static dev.cress.wasm.HandlerModule.REQUEST;
import static dev.cress.wasm.HandlerModule.RESPONSE;
import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Guests of http-wasm by themselves, and as filters in front of others.
@Timeout(120)
class FilterTest {
    private static final WasmHost HOST = new WasmHost(64 * MIB);
    private static final int BUFFER_RESPONSE = 2;
    private static final WasmBytes SPIN = bytes(0x03, 0x40, 0x0c, 0, 0x0b);
    private static final RunLimits LIMITS =
            new RunLimits(Duration.ofSeconds(1), Duration.ofSeconds(9), 4 * MIB, 4_000, 9_000, 999);

    private final Isolates backend = isolates(Guests.ofTests("backend"));
    private RecordedExchange exchange = RecordedExchange.get("/a?b=c");

    @AfterAll
    static void close() {
        assertThat(HOST.isolateMismatches()).isZero();
        HOST.close();
    }

    private static Isolates isolates(byte[] module) {
        try {
            return HOST.isolates(HOST.prepare(module, "auto"));
        } catch (RefusedModuleException refused) {
            throw new AssertionError(refused.getMessage(), refused);
        }
    }

    private static Isolates isolates(HandlerModule module) {
        return isolates(module.toBytes());
    }

    private Filter filter(Isolates isolates, String name) {
        return new Filter(isolates, Map.of("IS", name));
    }

    private Filter filter(HandlerModule module, String name) {
        return filter(isolates(module), name);
    }

    private Outcome run(Isolates function, Filter... filters) {
        return execute(function, LIMITS, filters).outcome();
    }

    private RunResult execute(Isolates function, RunLimits limits, Filter... filters) {
        exchange = RecordedExchange.get("/a?b=c");
        return function.run(exchange, limits, List.of(filters)).execute();
    }

    private List<String> values(String name) {
        return exchange.responseHead().headers().stream()
                .filter(h -> h.name().equals(name))
                .map(Header::value)
                .toList();
    }

    /// Goes on, and does nothing with the answer.
    private static HandlerModule passes(HandlerModule module, WasmBytes request) {
        return module.request(request, NEXT).response(bytes());
    }

    private static HandlerModule passes() {
        return passes(new HandlerModule(), bytes());
    }

    @Test
    void aHandlerAloneAnswersWhetherItAsksForTheNextOrNot() {
        for (long result : new long[] {0, NEXT}) {
            var module = new HandlerModule();
            var code = module.call("set_status_code", 203);
            code.add(module.callWith("set_header_value", RESPONSE, "x-a", "1"));
            code.add(module.callWith("write_body", RESPONSE, "alone"));
            var response = module.callWith("log", 0, "asked for the response");
            var alone = isolates(module.request(code, result).response(response));

            assertThat(run(alone)).isEqualTo(new Outcome.Completed());
            assertThat(exchange.responseHead().status()).isEqualTo(203);
            assertThat(values("x-a")).containsExactly("1");
            assertThat(exchange.bodyText()).isEqualTo("alone");
            assertThat(exchange.logText()).isEqualTo(result == 0 ? "" : "asked for the response\n");
        }
    }

    @Test
    void aHandlerThatSaysNothingAnswersWith200AndNothing() {
        assertThat(run(isolates(passes()))).isEqualTo(new Outcome.Completed());
        assertThat(exchange.responseHead().status()).isEqualTo(200);
        assertThat(exchange.responseHead().headers()).isEmpty();
    }

    @Test
    void filtersSeeTheRequestInOrderAndTheResponseInReverse() {
        var filters = new ArrayList<Filter>();
        for (String name : List.of("first", "second")) {
            var module = new HandlerModule();
            var request = module.call("enable_features", BUFFER_RESPONSE);
            request.add(module.callWith("add_header_value", REQUEST, "x-by", name));
            var response = module.callWith("add_header_value", RESPONSE, "x-by", name);
            filters.add(filter(module.request(request, NEXT).response(response), name));
        }
        assertThat(run(backend, filters.toArray(new Filter[0]))).isEqualTo(new Outcome.Completed());
        assertThat(values("x-httpwasm-next-header-x-by-0")).containsExactly("first");
        assertThat(values("x-httpwasm-next-header-x-by-1")).containsExactly("second");
        assertThat(values("x-by")).containsExactly("second", "first");
        assertThat(values("x-httpwasm-next-uri")).containsExactly("/a?b=c");
    }

    @Test
    void aFilterStandsBeforeAFunctionOfAnyAbi() {
        var module = new HandlerModule();
        var code = module.call("set_uri", module.text("/?name=Ada"));
        code.add(module.callWith("set_header_value", RESPONSE, "x-by", "filter"));
        var filter = passes(module, code);
        assertThat(run(isolates(Guests.bytes("hello")), filter(filter, "rewrite")))
                .isEqualTo(new Outcome.Completed());
        assertThat(exchange.bodyText()).contains("Hello Ada from fra!", "function fn version 3");
        assertThat(values("x-by")).containsExactly("filter");
    }

    @Test
    void aFilterThatAnswersLeavesTheFunctionAlone() {
        var module = new HandlerModule();
        var code = module.call("set_status_code", 401);
        var filter = filter(module.request(code, 0).response(bytes(0x00)), "guard");
        var trap = isolates(new HandlerModule().request(bytes(0x00), 0).response(bytes(0x00)));
        for (int i = 0; i < 3; i++) {
            assertThat(run(trap, filter)).isEqualTo(new Outcome.Completed());
            assertThat(exchange.responseHead().status()).isEqualTo(401);
        }
        assertThat(trap.idle()).as("its isolate waits on").isPositive();
    }

    @Test
    void eachFindsAConfigOfItsOwn() {
        var module = new HandlerModule();
        var code = module.callWith("log", 0, "seen");
        code.add(module.call("get_config", 100, 100));
        code.add(module.call("write_body", RESPONSE, 100, 15));
        var filter = filter(passes(module, code), "filter");
        assertThat(run(isolates(Guests.bytes("hello")), filter)).isEqualTo(new Outcome.Completed());
        assertThat(exchange.logText()).isEqualTo("seen\n");
        assertThat(exchange.bodyText()).startsWith("{\"IS\":\"filter\"}Hello");
        assertThat(exchange.bodyText()).contains("function fn version 3");
    }

    @Test
    void aFailureBehindIsToldAndStaysTheOutcomeUnlessTheFilterAnswersItself() {
        var trap = isolates(new HandlerModule().request(bytes(0x00), 0).response(bytes()));
        var told = new HandlerModule();
        var log = told.callWith("log", 0, "it failed");
        // only where the second argument says so
        var response = bytes(0x20, 1, 0x04, 0x40).add(log).end();
        var silent = filter(told.request(bytes(), NEXT).response(response), "silent");
        assertThat(run(trap, silent)).isInstanceOf(Outcome.Trapped.class);
        assertThat(exchange.answered()).isFalse();
        assertThat(exchange.logText()).isEqualTo("it failed\n");

        var module = new HandlerModule();
        var buffers = module.call("enable_features", BUFFER_RESPONSE);
        var sorry = module.callWith("write_body", RESPONSE, "sorry");
        var answers = filter(module.request(buffers, NEXT).response(sorry), "answers");
        assertThat(run(trap, answers)).isEqualTo(new Outcome.Completed());
        assertThat(exchange.responseHead().status()).isEqualTo(500);
        assertThat(exchange.bodyText()).isEqualTo("sorry");
        assertThat(exchange.logText()).contains("Trapped");
    }

    @Test
    void aReasonSaysWhichFilterFailed() {
        var traps = filter(new HandlerModule().request(bytes(0x00), 0).response(bytes()), "traps");
        assertThat(run(backend, filter(passes(), "passes"), traps))
                .isInstanceOfSatisfying(
                        Outcome.Trapped.class,
                        trapped -> assertThat(trapped.reason()).startsWith("filter 2: "));
        var behind = isolates(new HandlerModule().request(bytes(0x00), 0).response(bytes()));
        assertThat(run(behind, filter(passes(), "passes")))
                .isInstanceOfSatisfying(
                        Outcome.Trapped.class,
                        trapped -> assertThat(trapped.reason()).doesNotContain("filter"));
    }

    @Test
    void theLimitsOfTimeStopWhicheverGuestRuns() {
        var limits =
                new RunLimits(
                        Duration.ofMillis(60), Duration.ofSeconds(9), 4 * MIB, 4_000, 9_000, 999);
        var passing = isolates(passes());
        var spinsBefore =
                isolates(new HandlerModule().request(bytes().add(SPIN), 0).response(bytes()));
        var spinsAfter =
                isolates(new HandlerModule().request(bytes(), NEXT).response(bytes().add(SPIN)));
        var stopped = new Outcome.OutOfCpu(Duration.ofMillis(60));
        for (int i = 0; i < 2; i++) {
            assertThat(execute(spinsBefore, limits, filter(passing, "a")).outcome())
                    .as("the function, behind a filter")
                    .isEqualTo(stopped);
            assertThat(execute(backend, limits, filter(spinsAfter, "a")).outcome())
                    .as("a filter, after the function has answered")
                    .isEqualTo(stopped);
            assertThat(execute(backend, LIMITS, filter(passing, "a")).outcome())
                    .as("and nobody else")
                    .isEqualTo(new Outcome.Completed());
        }
    }

    @Test
    void whatIsEnabledInMainIsEnabledForEveryRequest() {
        var module = new HandlerModule();
        module.start(module.call("enable_features", BUFFER_RESPONSE));
        var response = module.callWith("write_body", RESPONSE, "replaced");
        var isolates = isolates(module.request(bytes(), NEXT).response(response));
        for (int i = 0; i < 2; i++) {
            assertThat(run(backend, filter(isolates, "a"))).isEqualTo(new Outcome.Completed());
            assertThat(exchange.bodyText()).isEqualTo("replaced");
        }
    }

    @Test
    void aMainThatReadsItsConfigRunsForEveryRequest() {
        var module = new HandlerModule();
        module.start(module.call("get_config", 100, 100));
        var isolates =
                isolates(
                        module.request(module.call("write_body", 1, 100, 15), 0).response(bytes()));
        for (String name : List.of("filter", "other7")) {
            assertThat(run(backend, filter(isolates, name))).isEqualTo(new Outcome.Completed());
            assertThat(exchange.bodyText()).isEqualTo("{\"IS\":\"%s\"}".formatted(name));
        }
    }

    @Test
    void aMainThatExitsWith0HasEndedAndAHandlerThatExitsHasHandledNothing() {
        var module = new HandlerModule();
        module.start(module.call("proc_exit", 0));
        var exits = isolates(passes(module, bytes()));
        assertThat(run(exits)).isEqualTo(new Outcome.Completed());

        var handler = new HandlerModule();
        var code = handler.call("proc_exit", 0);
        assertThat(run(isolates(passes(handler, code))))
                .isEqualTo(
                        new Outcome.BrokeProtocol("http_handler: guest exited in handle_request"));
        assertThat(exchange.answered()).isFalse();
    }

    @Test
    void aResponseIsLimitedWhoeverMakesIt() {
        var module = new HandlerModule();
        var code = bytes();
        for (int i = 0; i < 3; i++) {
            code.add(module.call("write_body", RESPONSE, 0, 4_000));
        }
        var large = isolates(module.request(code, 0).response(bytes()));
        var tooLarge = new Outcome.ResponseTooLarge("body", 9_000);
        assertThat(run(large)).isEqualTo(tooLarge);
        assertThat(run(large, filter(passes(), "a"))).isEqualTo(tooLarge);
    }

    @Test
    void onlyWhatCanGoOnStandsInFront() {
        var hello = isolates(Guests.bytes("hello"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(backend, filter(hello, "hello")))
                .withMessage("filter 1 is none: its ABI is wasi-cgi");
        var many = Collections.nCopies(Filter.MAX + 1, filter(passes(), "a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(backend, many.toArray(new Filter[0])))
                .withMessage("9 filters, at most 8");
        assertThat(run(backend, many.subList(1, 9).toArray(new Filter[0])))
                .isEqualTo(new Outcome.Completed());
    }
}
