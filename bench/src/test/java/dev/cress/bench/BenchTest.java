package dev.cress.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

final class BenchTest {
    private static final List<String> NAMES =
            List.of(
                    "cold-start",
                    "isolate-start",
                    "isolate-scaling",
                    "first-byte",
                    "abi-overhead",
                    "hostcall",
                    "heat",
                    "guest-stop",
                    "guest-cpu",
                    "node-start",
                    "footprint",
                    "neighbour",
                    "safepoint",
                    "node-throughput",
                    "stream",
                    "commit-to-acked",
                    "resync",
                    "deploy-to-served",
                    "store",
                    "soak",
                    "crash",
                    "power-cut",
                    "jit-bomb",
                    "granule");

    private static final String NUMBER = "[0-9.]+";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void listsEveryNameWithItsQuestion() {
        assertThat(run()).isZero();
        assertThat(text(out).lines())
                .hasSize(NAMES.size())
                .zipSatisfy(
                        NAMES,
                        (line, name) -> assertThat(line).startsWith(name + " ").endsWith("?"));
    }

    @Test
    void namesTheKnownOnesWhenANameIsUnknown() {
        assertThat(run("warp", "-q")).isEqualTo(2);
        assertThat(text(err)).contains("'warp'").contains(NAMES);
        assertThat(out.size()).isZero();
    }

    @Test
    void aLineIsANameAndPairs() {
        Line line = Line.of("cold-start").with("guest", "hello").with("p50_us", 12.34).with("n", 7);
        assertThat(line).hasToString("cold-start guest=hello p50_us=12.3 n=7");
        assertThat(line.with("p50_us", 0.0423))
                .hasToString(line.toString().replace("12.3", "0.042"));
        assertThatIllegalArgumentException().isThrownBy(() -> line.with("guest", "two words"));
    }

    @ParameterizedTest
    @EnumSource(ColdStartQuestion.Path.class)
    void aColdStartIsOneLineOfFigures(ColdStartQuestion.Path path) throws RunnerException {
        boolean warm = path == ColdStartQuestion.Path.WARM;
        var once =
                new OptionsBuilder()
                        .forks(0)
                        .mode(warm ? Mode.SampleTime : Mode.SingleShotTime)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(50));
        Line line =
                new ColdStartQuestion()
                        .measure(
                                Guest.named("hello"),
                                path,
                                once,
                                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(line.toString())
                .matches(
                        "cold-start guest=hello path=[a-z-]+ p50_us=[0-9.]+ p99_us=[0-9.]+"
                                + " n=[0-9]+");
        assertThat(Double.parseDouble(line.values().get("p50_us"))).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    isolate-start   | guest=[a-z0-9-]+ path=[a-z-]+ p50_us=N p99_us=N n=N          | 23
                    isolate-scaling | guest=c-18-pages threads=N ops_per_s=N                       | 2
                    first-byte      | guest=hello abi=wasi-cgi p50_us=N p99_us=N n=N               | 1
                    abi-overhead    | abi=[a-z+-]+ p50_us=N p99_us=N n=N                           | 6
                    hostcall        | name=[a-z-]+[.][a-z0-9_+-]+ ns=N bytes=N n=N                   | 29
                    guest-stop      | kind=[a-z]+ p50_ms=N p99_ms=N ended_p50_ms=N ended_p99_ms=N n=N | 3
                    node-start      | mode=[a-z]+ functions=1 hot=1 first_response_ms=N rss_mb=N n=1 | 2
                    footprint       | functions=N hot=N rss_mb=N heap_mb=N( kb_per_cold=-?N)?      | 2
                    safepoint       | beside=[a-z]+ p50_ms=N p99_ms=N max_ms=N cold_max_ms=N n=N   | 5
                    node-throughput | server=[a-z-]+ requests_per_s=N cpu_us=N ratio=N             | 3
                    stream          | server=[a-z]+ mib_per_s=N rss_mb=N rss_before_mb=N cpu_ms_per_mib=N mib=8 n=1 | 2
                    neighbour       | spinners=N p50_ms=N p99_ms=N n=N                      | 3
                    granule         | bytes=4096 [a-z]+=[a-z0-9-]+( [a-z_]+=[a-z0-9.]+)+ reset_us=N | 9
                    commit-to-acked | nodes=20 p50_ms=N p99_ms=N n=5 relays=[02]            | 2
                    resync          | nodes=20 after=restart p50_s=N p99_s=N n=20           | 1
                    deploy-to-served | nodes=3 module_kb=N p50_ms=N p99_ms=N cpu_ms=N n=1 apart=[a-z]+ | 2
                    store           | op=[a-z]+ engine=[a-z]+ per_s=N p50_ms=N p99_ms=N clients=[28] n=N | 12
                    jit-bomb        | neighbour=[a-z]+ p50_us=N ms_to_steady=N n=N                 | 2
                    """)
    void aQuickRunAnswersInLines(String name, String pattern, int lines) {
        assertThat(run(name, "--quick")).as(text(err)).isZero();
        assertThat(text(out).lines())
                .hasSize(lines)
                .allMatch(line -> line.matches(name + " " + pattern.replace("N", NUMBER)));
    }

    @Test
    void aCurveBeginsWithTheFirstRunAndEndsWithTheWarmUp() {
        assertThat(run("heat", "--quick")).as(text(err)).isZero();
        List<String> lines = text(out).lines().toList();
        assertThat(lines)
                .hasSizeBetween(3, 6)
                .allMatch(line -> line.startsWith("heat guest=hello run="));
        assertThat(lines.getFirst()).contains("run=1 us=").contains("since_first_ms=0.000");
        assertThat(lines.getLast())
                .matches(".* run=warmed-up us=N first_us=N to_steady=N".replace("N", NUMBER));
    }

    @Test
    void aSoakTellsWhatIsLeftAfterEachPart() {
        assertThat(run("soak", "--quick")).as(text(err)).isZero();
        List<String> lines = text(out).lines().toList();
        String left =
                "soak heap_mb=N metaspace_mb=N part=N requests=N missed=N deploys=N deletes=N";
        assertThat(lines).hasSize(9);
        assertThat(lines.subList(0, 8)).allMatch(line -> line.matches(left.replace("N", NUMBER)));
        assertThat(lines.getLast())
                .matches("soak heap_ratio=N metaspace_ratio=N".replace("N", NUMBER));
    }

    @Test
    void kernelsRunAsInOtherEnginesOrTheRunSaysWhichIsMissing() {
        int exitCode = run("guest-cpu", "--quick");
        if (exitCode == 0) {
            boolean alone = text(err).contains("no Wasmtime to compare with");
            String peer = alone ? "node" : "(node|wasmtime)";
            String line =
                    "guest-cpu kernel=[a-z0-9-]+( cress_ms=N)? peer=PEER( peer_ms=N)? ratio=N"
                            .replace("PEER", peer)
                            .replace("N", NUMBER);
            assertThat(text(out).lines()).hasSize(alone ? 11 : 22).allMatch(l -> l.matches(line));
        } else {
            assertThat(text(err)).contains("Cannot run program \"node\"");
        }
    }

    private int run(String... args) {
        return Bench.run(
                List.of(args),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
