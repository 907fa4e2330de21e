package dev.cress.bench;

import com.sun.management.ThreadMXBean;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// Time and allocation of one host call, of guests that make it [#CALLS] times in a run. All guests
/// are in one JVM and take turns, so that host code is as it is in a node: called by many. The
/// median run counts; `none` is a guest of that ABI whose loop makes no call.
final class HostCallQuestion implements Question {
    private static final double MEDIAN = 50;

    /// A run of them takes a few milliseconds at most: no thread is spent after one.
    private static final int CALLS = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// A loop, and what its runs took.
    private final class Row {
        private final String name;
        private final Guest guest;
        private final Isolates isolates;
        private final Times times = new Times();
        private long allocatedBytes;

        Row(String name, boolean reads, Isolates isolates) {
            this.name = name;
            this.guest = Guest.post(name, "/", "x".repeat(CallLoops.BYTES * (reads ? CALLS : 1)));
            this.isolates = isolates;
        }

        Times during(Duration length) throws InterruptedException, ExecutionException {
            return GuestThreads.times(GuestThreads.during(length.toNanos()), this::run);
        }

        private GuestThreads.Run run() {
            long before = threads.getCurrentThreadAllocatedBytes();
            GuestThreads.Run run = guest.parts(isolates).run();
            allocatedBytes += threads.getCurrentThreadAllocatedBytes() - before;
            return run;
        }

        void measure(Duration length) throws InterruptedException, ExecutionException {
            do {
                times.addAll(during(length));
            } while (times.count() == 0);
        }

        void forget() {
            allocatedBytes = 0;
        }

        Line line() {
            double calls = (double) times.count() * CALLS;
            return Line.of(name())
                    .with("name", name)
                    .with("ns", (double) times.percentile(MEDIAN) / CALLS)
                    .with("bytes", allocatedBytes / calls)
                    .with("n", times.count());
        }
    }

    @Override
    public String name() {
        return "hostcall";
    }

    @Override
    public String text() {
        return "what does a host call take, in time and in allocated bytes?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        boolean full = effort == Effort.FULL;
        var warm = Duration.ofMillis(full ? 2_000 : 50);
        var each = Duration.ofMillis(full ? 400 : 40);
        try (var host = WasmHost.withHalfTheHeap()) {
            List<Row> rows = new ArrayList<>();
            for (Map.Entry<String, CallLoop> loop : CallLoops.all().entrySet()) {
                String abi = loop.getValue().abi().text();
                var image = host.prepare(loop.getValue().module(CALLS), abi);
                rows.add(new Row(loop.getKey(), loop.getValue().reads(), host.isolates(image)));
            }
            for (Row row : rows) {
                progress.println("warming " + row.name);
                row.during(warm);
                row.forget();
            }
            for (int round = 0; round < (full ? 5 : 1); round++) {
                for (Row row : rows) {
                    row.measure(each);
                }
            }
            rows.forEach(row -> lines.accept(row.line()));
        }
    }
}
