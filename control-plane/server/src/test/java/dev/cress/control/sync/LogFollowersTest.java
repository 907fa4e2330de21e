package dev.cress.control.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Follow;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogLevel;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

class LogFollowersTest {
    private static final FunctionName HELLO = new FunctionName("hello");

    private final Set<String> nodes = new HashSet<>(Set.of("fra-1", "iad-1"));
    private final List<String> sent = new ArrayList<>();
    private final LogFollowers followers =
            new LogFollowers(2, (_, frame) -> sent.add(frame), _ -> nodes);
    private boolean collected;

    @Test
    void aBacklogIsCollectedOnceEveryNodeHasSentItsOwn() {
        String id = collect();
        followers.sent("fra-1", id);
        followers.sent("fra-1", id);
        assertThat(collected).isFalse();
        followers.sent("iad-1", id);
        assertThat(collected).isTrue();
    }

    @Test
    void aNodeThatGoesIsNotWaitedFor() {
        String id = collect();
        followers.sent("fra-1", id);
        followers.ended("iad-1");
        assertThat(collected).isTrue();
    }

    @Test
    void withoutNodesABacklogIsCollectedAtOnce() {
        nodes.clear();
        collect();
        assertThat(collected).isTrue();
    }

    private String collect() {
        followers.collect(HELLO, 10, LogLevel.TRACE, _ -> {}, () -> collected = true);
        return Json.read(sent.getLast(), Follow.class).subscription();
    }
}
