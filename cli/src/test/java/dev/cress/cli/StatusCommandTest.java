package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api.NodeStatus;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Position;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.LongStream;

class StatusCommandTest {
    private static FleetStatus withClocks(long... skewsMs) {
        List<NodeStatus> nodes =
                LongStream.of(skewsMs)
                        .mapToObj(
                                skewMs ->
                                        new NodeStatus(
                                                new NodeInfo("fra-1", "fra", 0, 0, "", ""),
                                                true,
                                                false,
                                                0,
                                                0,
                                                skewMs,
                                                "",
                                                List.of()))
                        .toList();
        return new FleetStatus("", Position.NOWHERE, 0, List.of(), nodes, List.of());
    }

    @Test
    void clocksThatAreMoreThanHalfAMinuteOffAreNamed() {
        assertThat(StatusCommand.clocks(withClocks(0, 30_000, -30_000))).isEmpty();
        assertThat(StatusCommand.clocks(withClocks(31_000, -45_000)))
                .containsExactly(
                        "fra-1's clock is 31 s ahead of the control plane's: certificates end by"
                                + " it",
                        "fra-1's clock is 45 s behind the control plane's: certificates end by it");
    }
}
