package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.NodeFrame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

@Timeout(120)
class RouterSyncTest {
    /// How long the control plane waits for nodes that were there before.
    private static final Duration SETTLING = Duration.ofSeconds(2);

    @TempDir Path folder = Path.of("");

    private static List<String> directory(FakeNode router) {
        return router.all(Directory.class).getLast().nodes().stream()
                .map(
                        entry ->
                                entry.node().name()
                                        + (entry.connected() ? " here" : " away")
                                        + (entry.draining() ? " draining" : ""))
                .toList();
    }

    @Test
    void aRouterIsToldWhichNodesThereAreWheneverThatChanges() {
        try (var plane = Plane.start(folder);
                var router = FakeNode.router(plane.control);
                var iad = plane.node("iad-1")) {
            assertThat(router.first(Welcome.class).routerKey())
                    .isEqualTo(iad.first(Welcome.class).routerKey());
            router.first(Directory.class);
            await().until(() -> directory(router).equals(List.of("iad-1 here")));
            comeAndGo(plane, router);
            await().until(() -> directory(router).equals(List.of("fra-1 away", "iad-1 here")));
            iad.send(new NodeFrame.Draining());
            await().until(
                            () ->
                                    directory(router)
                                            .equals(List.of("fra-1 away", "iad-1 here draining")));
            assertThat(plane.get("/v1/status").json().path("routers_connected").asInt()).isOne();
        }
    }

    private static void comeAndGo(Plane plane, FakeNode router) {
        try (var _ = plane.node("fra-1")) {
            await().until(() -> directory(router).equals(List.of("fra-1 here", "iad-1 here")));
        }
    }

    @Test
    void changesInOneMomentMakeOneDirectory() {
        try (var plane = Plane.start(folder);
                var router = FakeNode.router(plane.control)) {
            router.first(Directory.class);
            int before = router.all(Directory.class).size();
            try (var node = plane.node("fra-1")) {
                for (int i = 0; i < 100; i++) {
                    node.send(new NodeFrame.Draining());
                }
                await().until(() -> directory(router).equals(List.of("fra-1 here draining")));
                assertThat(router.all(Directory.class)).hasSizeLessThan(before + 10);
            }
        }
    }

    @Test
    void afterARestartNobodyIsCalledAwayBeforeHeCouldComeBack() {
        try (var plane = Plane.start(folder);
                var _ = plane.node("fra-1")) {
            assertThat(plane.get("/v1/nodes").json().path("items")).hasSize(1);
        }
        while (!isBackBeforeRoutersAreTold()) {
            // the machine stood still, and rightly it was called away
        }
    }

    /// Whether it was back in so short a time that routers had nothing to hear before.
    private boolean isBackBeforeRoutersAreTold() {
        long start = System.nanoTime();
        try (var plane = Plane.start(folder);
                var router = FakeNode.router(plane.control)) {
            router.first(Welcome.class);
            boolean told = !router.all(Directory.class).isEmpty();
            try (var _ = plane.node("fra-1")) {
                boolean inTime = System.nanoTime() - start < SETTLING.toNanos();
                router.first(Directory.class);
                if (inTime) {
                    assertThat(told).as("before it was back").isFalse();
                    assertThat(directory(router)).containsExactly("fra-1 here");
                }
                return inTime;
            }
        }
    }

    @Test
    void aRouterThatTalksIsSentAway() {
        try (var plane = Plane.start(folder);
                var router = FakeNode.router(plane.control)) {
            router.first(Welcome.class);
            router.sendText("{}");
            assertThat(router.closeCode()).isEqualTo(4400);
        }
    }
}
