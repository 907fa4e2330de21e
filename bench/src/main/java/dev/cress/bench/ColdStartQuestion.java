package dev.cress.bench;

import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Asks [ColdStart] of every guest on every path. JMH starts its JVMs with the flags of this one.
final class ColdStartQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final int KIB = 1024;

    /// From what is at hand to an answer.
    enum Path {
        /// The bytes, in a JVM that has done the same before with the same bytes.
        MODULE("module", "module"),
        /// The bytes, in a JVM that has done nothing yet; its own start is not in the time.
        MODULE_FRESH_JVM("module-fresh-jvm", "module"),
        /// An image that nobody ran before, in a JVM that has run others.
        IMAGE("image", "image"),
        /// An image that has answered for seconds.
        WARM("warm", "warm");

        private final String text;
        private final String method;

        Path(String text, String method) {
            this.text = text;
            this.method = method;
        }
    }

    @Override
    public String name() {
        return "cold-start";
    }

    @Override
    public String text() {
        return "how long until the first answer, from a module's bytes and from an image?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RunnerException {
        List<Guest> guests =
                switch (effort) {
                    case QUICK -> List.of(Guest.named("hello"));
                    case FULL -> Guest.ALL;
                };
        for (Guest guest : guests) {
            for (Path path : Path.values()) {
                lines.accept(measure(guest, path, options(guest, path, effort), progress));
            }
        }
    }

    /// One line of the answer.
    Line measure(Guest guest, Path path, ChainedOptionsBuilder options, PrintStream progress)
            throws RunnerException {
        Options all =
                options.include("^%s\\.%s$".formatted(ColdStart.class.getName(), path.method))
                        .param("guest", guest.name())
                        .timeUnit(TimeUnit.MICROSECONDS)
                        .shouldFailOnError(true)
                        .build();
        RunResult result =
                new Runner(
                                all,
                                OutputFormatFactory.createFormatInstance(
                                        progress, VerboseMode.NORMAL))
                        .runSingle();
        var times = result.getPrimaryResult().getStatistics();
        return Line.of(name())
                .with("guest", guest.name())
                .with("path", path.text)
                .with("p50_us", times.getPercentile(MEDIAN))
                .with("p99_us", times.getPercentile(TAIL))
                .with("n", times.getN());
    }

    private static ChainedOptionsBuilder options(Guest guest, Path path, Effort effort) {
        boolean full = effort == Effort.FULL;
        var options = new OptionsBuilder();
        return switch (path) {
            case MODULE, IMAGE -> {
                int runs = full ? coldRuns(guest) : 5;
                yield options.mode(Mode.SingleShotTime)
                        .forks(1)
                        .warmupIterations(runs / 3)
                        .measurementIterations(runs);
            }
            case MODULE_FRESH_JVM ->
                    options.mode(Mode.SingleShotTime)
                            .forks(full ? 3 : 1)
                            .warmupIterations(0)
                            .measurementIterations(1);
            case WARM ->
                    options.mode(Mode.SampleTime)
                            .forks(1)
                            .warmupIterations(1)
                            .warmupTime(TimeValue.milliseconds(full ? 6_000 : 500))
                            .measurementIterations(1)
                            .measurementTime(TimeValue.milliseconds(full ? 3_000 : 500));
        };
    }

    /// Fewer for those that take long to prepare, so that all guests fit into minutes.
    private static int coldRuns(Guest guest) {
        int kib = guest.module().length / KIB;
        if (kib < 100) {
            return 40;
        }
        return kib < KIB ? 20 : 5;
    }
}
