package dev.cress.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.Limits;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// Requests per second of `hello` on a node, of bare Vert.x, and of bare Vert.x with a hop to a
/// thread, each a process of its own on all cores, which it shares with the load, by turns. Each
/// figure is the median of its rounds.
final class NodeThroughputQuestion implements Question {
    private static final int CONNECTIONS = 32;
    private static final String FUNCTION = "hello";

    /// A server, and what it did in each round.
    private record Served(
            String text, ServerProcess server, List<Double> perSecond, List<Double> cpuMicros) {
        static Served by(String text, ServerProcess server) {
            return new Served(text, server, new ArrayList<>(), new ArrayList<>());
        }
    }

    @Override
    public String name() {
        return "node-throughput";
    }

    @Override
    public String text() {
        return "how many requests does a node answer, beside bare Vert.x?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, RefusedModuleException {
        boolean full = effort == Effort.FULL;
        var warm = Duration.ofMillis(full ? 10_000 : 200);
        var each = Duration.ofMillis(full ? 4_000 : 1_000);
        try (var data = new NodeData().with(FUNCTION, FUNCTION, Limits.DEFAULT);
                var node = ServerProcess.node(data.folder(), List.of());
                var bare = ServerProcess.of(BareServer.class, "direct");
                var hop = ServerProcess.of(BareServer.class, "hop");
                var load = new Load()) {
            List<Served> all =
                    List.of(
                            Served.by("node", node),
                            Served.by("vertx", bare),
                            Served.by("vertx-hop", hop));
            for (Served served : all) {
                served.server().firstAnswer(FUNCTION, "/");
                progress.println("warming " + served.text());
                load.on(served.server().port(), warm);
            }
            for (int round = 0; round < (full ? 7 : 1); round++) {
                for (Served served : all) {
                    measure(served, load, each);
                }
            }
            double reference = median(all.get(1).perSecond());
            for (Served served : all) {
                double perSecond = median(served.perSecond());
                lines.accept(
                        Line.of(name())
                                .with("server", served.text())
                                .with("requests_per_s", Math.round(perSecond))
                                .with("cpu_us", median(served.cpuMicros()))
                                .with("ratio", "%.2f".formatted(perSecond / reference)));
            }
        }
    }

    private static void measure(Served served, Load load, Duration length) throws IOException {
        Duration before = served.server().cpu();
        Load.Answered answered = load.on(served.server().port(), length);
        double cpuMicros = served.server().cpu().minus(before).toNanos() / 1e3;
        served.perSecond().add(answered.count() * 1e9 / answered.nanos());
        served.cpuMicros().add(cpuMicros / answered.count());
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// The process of [LoadGenerator].
    private static final class Load implements AutoCloseable {
        private final Process process;
        private final BufferedWriter orders;
        private final BufferedReader answers;

        record Answered(long count, long nanos) {}

        Load() throws IOException {
            process =
                    new ProcessBuilder(ServerProcess.java(List.of(), LoadGenerator.class.getName()))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            orders = process.outputWriter(UTF_8);
            answers = process.inputReader(UTF_8);
        }

        Answered on(int port, Duration length) throws IOException {
            orders.write("%d %s %d %d\n".formatted(port, FUNCTION, CONNECTIONS, length.toMillis()));
            orders.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IOException("the load ended");
            }
            int blank = line.indexOf(' ');
            return new Answered(
                    Long.parseLong(line.substring(0, blank)),
                    Long.parseLong(line.substring(blank + 1)));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
