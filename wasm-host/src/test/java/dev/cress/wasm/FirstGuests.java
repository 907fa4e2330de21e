package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
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

    private FirstGuests() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws RefusedModuleException {
        var guest = new EveryWay();
        var limits =
                new RunLimits(
                        Duration.ofMillis(100), Duration.ofSeconds(9), 8 << 20, 9_999, 99_999, 999);
        System.out.println(END);
        try (var host = WasmHost.forAnybodysModules(Path.of(arguments[0]));
                var isolates = host.isolates(host.prepare(guest.module(), "auto"))) {
            for (int way = 0; way < guest.ways().size(); way++) {
                String name = guest.ways().get(way);
                int depth = name.equals(EveryWay.WITHOUT_BOTTOM) ? Integer.MAX_VALUE : DEPTH;
                byte[] body = EveryWay.request(way, false, depth);
                var exchange =
                        new Told(
                                System.out,
                                RecordedExchange.of(
                                        "POST", "/", body, List.of(), Map.of("KEY", "value")));
                Outcome outcome = isolates.run(exchange, limits).execute().outcome();
                System.out.println(END);
                System.out.println(name + ": " + outcome);
            }
        }
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
        public void log(byte[] text) {
            recorded.log(text);
        }

        @Override
        public void stopped(Outcome outcome) {
            recorded.stopped(outcome);
        }
    }
}
