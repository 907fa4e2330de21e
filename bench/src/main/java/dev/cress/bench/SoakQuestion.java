package dev.cress.bench;

import dev.cress.cli.Fleet;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Whether a fleet grows: what is left of heap and metaspace after a collection, again and again
/// while many functions answer and some are deployed anew, with modules of their own, and deleted
/// without end. A full run fails if the last quarter has more than a twentieth more of either than
/// the second; the first fills what is filled once. All in this process: control plane, two nodes,
/// router and clients.
final class SoakQuestion implements Question {
    private static final int PARTS = 8;
    private static final int CLIENTS = 8;
    private static final double GROWTH_MAX = 1.05;
    private static final double BYTES_PER_MB = 1 << 20;

    private record Size(int functions, int requests) {}

    /// What is left after a collection, in bytes.
    private record Left(long heap, long metaspace) {
        Left atLeast(Left other) {
            return new Left(Math.max(heap, other.heap), Math.max(metaspace, other.metaspace));
        }
    }

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String text() {
        return "does a fleet grow while functions come and go?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        var size = effort == Effort.FULL ? new Size(200, 1_000_000) : new Size(5, 2_000);
        Path data = Files.createTempDirectory("cress-bench");
        try (var fleet = Fleet.start(Fleet.Setup.forTest(data));
                var deployer = new Deployer(fleet)) {
            progress.println("deploying %d functions".formatted(size.functions()));
            deployer.deployAll(size.functions());
            List<Left> parts = new ArrayList<>();
            for (int part = 1; part <= PARTS; part++) {
                long missed = load(fleet, deployer, size);
                parts.add(left());
                lines.accept(
                        line(parts.getLast())
                                .with("part", part)
                                .with("requests", (long) part * size.requests() / PARTS)
                                .with("missed", missed)
                                .with("deploys", deployer.deploys())
                                .with("deletes", deployer.deletes()));
            }
            Left second = parts.get(2).atLeast(parts.get(3));
            Left last = parts.get(6).atLeast(parts.get(7));
            double heap = (double) last.heap() / second.heap();
            double metaspace = (double) last.metaspace() / second.metaspace();
            lines.accept(
                    Line.of(name()).with("heap_ratio", heap).with("metaspace_ratio", metaspace));
            if (effort == Effort.FULL && Math.max(heap, metaspace) > GROWTH_MAX) {
                throw new IllegalStateException("it grows by more than " + GROWTH_MAX);
            }
        } finally {
            Folders.delete(data);
        }
    }

    private Line line(Left left) {
        return Line.of(name())
                .with("heap_mb", left.heap() / BYTES_PER_MB)
                .with("metaspace_mb", left.metaspace() / BYTES_PER_MB);
    }

    /// One part's requests, while functions come and go. Returns how many found nobody.
    private static long load(Fleet fleet, Deployer deployer, Size size) {
        var going = new AtomicBoolean(true);
        var churn = CompletableFuture.runAsync(() -> deployer.churn(going), task -> run(task));
        List<CompletableFuture<Long>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            var client = new SoakClient(fleet.routerUrl().getPort(), size.functions(), i);
            int requests = size.requests() / PARTS / CLIENTS;
            clients.add(
                    CompletableFuture.supplyAsync(() -> client.ask(requests), task -> run(task)));
        }
        long missed;
        try {
            missed = clients.stream().mapToLong(CompletableFuture::join).sum();
        } finally {
            going.set(false);
        }
        churn.join();
        return missed;
    }

    private static void run(Runnable task) {
        Thread.ofPlatform().name("soak").daemon().start(task);
    }

    /// Twice, since what the first unloads is gone after the second.
    private static Left left() {
        System.gc();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long metaspace =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getName().equals("Metaspace"))
                        .map(MemoryPoolMXBean::getUsage)
                        .mapToLong(usage -> usage.getUsed())
                        .sum();
        return new Left(heap, metaspace);
    }
}
