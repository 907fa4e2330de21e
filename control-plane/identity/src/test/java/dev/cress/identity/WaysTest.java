package dev.cress.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class WaysTest {
    private static final URI A = URI.create("https://relay-a.example:7071");
    private static final URI B = URI.create("https://relay-b.example:7071");
    private static final URI C = URI.create("https://control.example:7070");

    private Duration now = Duration.ZERO;
    private double chance;

    private Ways ways(URI... urls) {
        return new Ways(List.of(urls), () -> now.toNanos(), () -> chance);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private static List<Long> waitsMs(Ways ways, int attempts) {
        return IntStream.range(0, attempts).mapToObj(_ -> ways.lost().toMillis()).toList();
    }

    @Test
    void oneWayIsTriedMoreAndMoreSlowly() {
        assertThat(waitsMs(ways(A), 8))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
    }

    @Test
    void waitsAreCutByHalfAtMost() {
        chance = 0.999;
        assertThat(waitsMs(ways(A), 3)).containsExactly(51L, 101L, 201L);
    }

    @Test
    void allAreTriedInTurnAndOnlyRoundsGetSlower() {
        var ways = ways(A, B, C);
        var tried =
                IntStream.range(0, 7)
                        .mapToObj(
                                _ -> {
                                    URI next = ways.next();
                                    return next.getHost() + " " + ways.lost().toMillis();
                                })
                        .toList();
        assertThat(tried)
                .containsExactly(
                        "relay-a.example 100",
                        "relay-b.example 100",
                        "control.example 100",
                        "relay-a.example 100",
                        "relay-b.example 100",
                        "control.example 200",
                        "relay-a.example 100");
    }

    @Test
    void afterASessionThatStoodTheFirstIsTriedFirst() {
        var ways = ways(A, B, C);
        waitsMs(ways, 7);
        assertThat(ways.next()).isEqualTo(B);
        ways.welcomed();
        assertThat(ways.current()).isEqualTo(B);
        pass(Ways.RETRY_MAX);
        assertThat(ways.hasStood()).isTrue();
        assertThat(ways.lost()).isEqualTo(Ways.RETRY_FIRST);
        assertThat(ways.next()).isEqualTo(A);
        assertThat(ways.current()).as("where files are, until there is another").isEqualTo(B);
    }

    @Test
    void oneThatWelcomesAndEndsIsNotTriedForEver() {
        var ways = ways(A, B);
        ways.welcomed();
        pass(Duration.ofSeconds(1));
        ways.lost();
        assertThat(ways.next()).isEqualTo(B);
    }

    @Test
    void betterOnesAreLookedAtInOrderAndNoneIsBetterThanTheFirst() {
        var ways = ways(A, B, C);
        assertThat(ways.untilReturn()).isEmpty();
        ways.lost();
        ways.lost();
        ways.welcomed();
        assertThat(ways.better()).containsExactly(A, B);
        assertThat(ways.untilReturn()).contains(Ways.RETURN_FIRST);
        ways.moved(B);
        assertThat(ways.next()).isEqualTo(B);
        assertThat(ways.current()).isEqualTo(C);
        ways.welcomed();
        assertThat(ways.current()).isEqualTo(B);
        assertThat(ways.better()).containsExactly(A);
    }

    /// Comes back to the first, which breaks after a while.
    private void comeBackFor(Ways ways, Duration while_) {
        ways.lost();
        ways.welcomed();
        ways.moved(A);
        ways.welcomed();
        pass(while_);
        ways.lost();
    }

    private static Duration untilReturn(Ways ways) {
        ways.lost();
        ways.welcomed();
        return ways.untilReturn().orElseThrow();
    }

    @Test
    void oneThatComesAndGoesIsComeBackToMoreAndMoreSeldom() {
        var ways = ways(A, B);
        Duration before = Ways.RETURN_FIRST;
        for (int i = 0; i < 7; i++) {
            comeBackFor(ways, Duration.ofSeconds(20));
            Duration then = untilReturn(ways);
            assertThat(then).isEqualTo(before.multipliedBy(2));
            before = then;
            pass(Duration.ofSeconds(20));
            ways.lost();
        }
        comeBackFor(ways, Duration.ofSeconds(20));
        assertThat(untilReturn(ways)).isEqualTo(Ways.RETURN_MAX);
        pass(Duration.ofSeconds(20));
        ways.lost();
        comeBackFor(ways, Ways.STEADY);
        assertThat(untilReturn(ways)).isEqualTo(Ways.RETURN_FIRST);
    }

    @Test
    void oneThatNeverWelcomesWasNoBetter() {
        var ways = ways(A, B);
        ways.lost();
        ways.welcomed();
        ways.moved(A);
        ways.lost();
        assertThat(ways.next()).isEqualTo(B);
        ways.welcomed();
        assertThat(ways.untilReturn()).contains(Ways.RETURN_FIRST.multipliedBy(2));
    }

    @Test
    void listsThatCanNotBeMeantAreNamed() {
        assertThat(Ways.check(List.of(A, B))).isEmpty();
        assertThat(Ways.check(List.of(A, B, A)))
                .contains("control plane %s is named twice".formatted(A));
        assertThat(Ways.check(List.of(A, URI.create("relay:7071"))))
                .contains("control plane 'relay:7071' is no URL like http://HOST:PORT");
        assertThat(Ways.check(List.of()).orElseThrow()).contains("are 0: from 1 to 8");
        assertThat(
                        Ways.check(
                                Stream.iterate(1, port -> port + 1)
                                        .limit(9)
                                        .map(port -> URI.create("http://a:" + port))
                                        .toList()))
                .contains("control planes and relays are 9: from 1 to 8");
    }
}
