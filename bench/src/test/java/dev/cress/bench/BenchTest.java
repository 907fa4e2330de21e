package dev.cress.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    private static final List<String> NAMES = List.of("cold-start");

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
