package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A program: a host as a node has it, and its first guests ever, which do all that guests can do.
/// It says on standard output from when to when each is at work.
final class FirstGuests {
    static final String BEGIN = "— a guest begins —";
    static final String END = "— it has ended —";
    private static final int DEPTH = 3;
    private static final int INSTRUCTIONS = 10_000;

    private FirstGuests() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws RefusedModuleException {
        var guest = new EveryWay();
        var limits =
                new RunLimits(
                        Duration.ofMillis(100), Duration.ofSeconds(9), 8 << 20, 9_999, 99_999, 999);
        System.out.println(END);
        try (var host = WasmHost.forAnybodysModules(Path.of(arguments[0]));
                var isolates = host.isolates(host.prepare(guest.module(), "wasi-cgi"));
                var interpreted = host.isolates(host.prepare(tooLarge(), "auto"));
                var handlers = host.isolates(host.prepare(handler(), "auto"))) {
            for (int way = 0; way < guest.ways().size(); way++) {
                String name = guest.ways().get(way);
                int depth = name.equals(EveryWay.WITHOUT_BOTTOM) ? Integer.MAX_VALUE : DEPTH;
                run(isolates, EveryWay.request(way, false, depth), limits);
            }
            run(interpreted, new byte[1], limits);
            var filter = new Filter(handlers, Map.of());
            run(handlers, new byte[1], limits, filter);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void run(Isolates isolates, byte[] body, RunLimits limits, Filter... filters) {
        var config = Map.of("KEY", "value");
        var recorded = RecordedExchange.of("POST", "/", body, List.of(), config);
        isolates.run(new Told(System.out, recorded), limits, List.of(filters)).execute();
        System.out.println(END);
    }

    /// Reads its request, then makes every call of http-wasm, before next and after it.
    private static byte[] handler() {
        var module = new HandlerModule();
        var request = module.call("enable_features", 3).add(module.call("read_body", 0, 0, 9));
        for (String call : module.calls()) {
            if (!call.equals("proc_exit")) {
                request.add(module.some(call, HandlerModule.REQUEST));
            }
        }
        var response = bytes();
        for (String call : List.of("read_body", "write_body", "set_header_value", "log")) {
            response.add(module.some(call, HandlerModule.RESPONSE));
        }
        return module.request(request, HandlerModule.NEXT).response(response).toBytes();
    }

    /// Reads its request, then runs a function that only the interpreter takes.
    private static byte[] tooLarge() {
        var module = Assembler.withMemory(1);
        int read = module.wasi("fd_read", "iiii");
        module.data(0, bytes(8, 0, 0, 0, 1, 0, 0, 0).toBytes());
        var code = bytes().repeat(INSTRUCTIONS, 0x41, 0, 0x28, 2, 0, 0x1a);
        int large = module.function("", "", code.end());
        module.start(bytes().i32(0).i32(0).i32(1).i32(16).call(read).drop().call(large).end());
        return module.toBytes();
    }

    /// Says when the guest has asked for its request: from then on it decides how deep it calls.
    private record Told(PrintStream out, RecordedExchange recorded) implements GuestExchange {
        @Override
        public GuestRequest request() {
            return recorded.request();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = recorded.read(into, offset, length);
            out.println(BEGIN);
            return count;
        }

        @Override
        public void head(ResponseHead head) {
            recorded.head(head);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            recorded.write(from, offset, length);
        }

        @Override
        public void log(LogLevel level, byte[] text) {
            recorded.log(level, text);
        }

        @Override
        public void stopped(Outcome outcome) {
            recorded.stopped(outcome);
        }
    }
}
