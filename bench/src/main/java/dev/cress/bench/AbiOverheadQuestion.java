package dev.cress.bench;

import dev.cress.wasm.Filter;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.javascript.ScriptModule;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// A request's whole run of a handler that does nothing but answer `ok`, by each ABI, and behind a
/// filter that lets it pass. All are in one JVM, as in a node, and take turns.
final class AbiOverheadQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final String FILTERED = Abi.HTTP_WASM.text() + "+" + Abi.WASI_CGI.text();

    /// A row: what is run, and how long that took.
    private record Row(
            String abi, Guest guest, Isolates isolates, List<Filter> filters, Times times) {
        static Row of(String abi, Isolates isolates, List<Filter> filters) {
            var guest = Guest.get("empty-" + abi, "/", "");
            return new Row(abi, guest, isolates, filters, new Times());
        }

        Times during(Duration length) throws InterruptedException, ExecutionException {
            return GuestThreads.times(
                    GuestThreads.during(length.toNanos()), () -> guest.wholeRun(isolates, filters));
        }

        /// Again, where the time was over before one run was.
        void measure(Duration length) throws InterruptedException, ExecutionException {
            do {
                times.addAll(during(length));
            } while (times.count() == 0);
        }
    }

    @Override
    public String name() {
        return "abi-overhead";
    }

    @Override
    public String text() {
        return "how long does a handler take that does nothing, by each ABI?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        boolean full = effort == Effort.FULL;
        var warm = Duration.ofMillis(full ? 8_000 : 100);
        var each = Duration.ofMillis(full ? 500 : 50);
        try (var host = WasmHost.withHalfTheHeap()) {
            List<Row> rows = rows(host);
            for (Row row : rows) {
                progress.println("warming " + row.abi());
                row.during(warm);
            }
            for (int round = 0; round < (full ? 8 : 1); round++) {
                for (Row row : rows) {
                    row.measure(each);
                }
            }
            for (Row row : rows) {
                lines.accept(
                        Line.of(name())
                                .with("abi", row.abi())
                                .with("p50_us", row.times().micros(MEDIAN))
                                .with("p99_us", row.times().micros(TAIL))
                                .with("n", row.times().count()));
            }
        }
    }

    private static List<Row> rows(WasmHost host) throws RefusedModuleException {
        var rows = new ArrayList<Row>();
        for (Abi abi : Abi.values()) {
            rows.add(Row.of(abi.text(), isolates(host, abi.text(), module(abi)), List.of()));
        }
        byte[] filter = Guest.file("empty/filter.wasm");
        Isolates inFront = isolates(host, Abi.HTTP_WASM.text(), filter);
        Isolates behind = isolates(host, Abi.WASI_CGI.text(), module(Abi.WASI_CGI));
        rows.add(Row.of(FILTERED, behind, List.of(new Filter(inFront, Map.of()))));
        return rows;
    }

    private static byte[] module(Abi abi) throws RefusedModuleException {
        return abi == Abi.JAVASCRIPT
                ? ScriptModule.of(Guest.file("empty/javascript.js"))
                : Guest.file("empty/%s.wasm".formatted(abi.text()));
    }

    private static Isolates isolates(WasmHost host, String abi, byte[] module)
            throws RefusedModuleException {
        return host.isolates(host.prepare(module, abi));
    }
}
