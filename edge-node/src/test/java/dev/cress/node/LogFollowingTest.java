package dev.cress.node;

import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.version;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Follow;
import dev.cress.contract.ControlFrame.Unfollow;
import dev.cress.contract.FunctionName;
import dev.cress.contract.LogEntry;
import dev.cress.contract.NodeFrame.Logs;
import dev.cress.contract.NodeFrame.LogsSent;
import dev.cress.contract.NodeFrame.Nack;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Who follows a function's log hears of its requests. Each test begins with `runaway` serving and
/// the requests `/1` to `/3` in its log.
class LogFollowingTest {
    private static final byte[] RUNAWAY = Functions.example("runaway");
    private static final FunctionName NAME = new FunctionName("runaway");
    private static final int FOLLOWERS_MAX = 100;

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private RunningNode node;
    private FakeSession session;

    @BeforeEach
    void start() throws IOException {
        control.has(RUNAWAY);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.welcomed();
        session.send(snapshot(1, function("runaway", 1, version(1, RUNAWAY))));
        session.serving("runaway", 1);
        node.awaitServing();
        follow("witness", 0, true);
        for (String path : List.of("/1", "/2", "/3")) {
            request(path);
        }
        session.send(new Unfollow("witness"));
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    /// Requests this, and waits until the witness hears of it. Who follows before the witness has
    /// heard of it then.
    private void request(String path) throws IOException {
        awaitRead();
        node.get("runaway", path);
        session.next(
                Logs.class,
                logs ->
                        logs.subscription().equals("witness")
                                && logs.entries().getLast().path().equals(path));
    }

    private void follow(String subscription, int backlog, boolean live) {
        session.send(new Follow(subscription, NAME, backlog, live));
        session.next(LogsSent.class, sent -> sent.subscription().equals(subscription));
    }

    /// Until the node has read and answered every frame so far.
    private void awaitRead() {
        session.sendText("no frame");
        session.next(Nack.class);
    }

    /// What this subscription heard once the node has answered everything so far.
    private List<String> heard(String subscription) {
        awaitRead();
        return heardSoFar(subscription);
    }

    private List<String> heardSoFar(String subscription) {
        return session.unread().stream()
                .filter(Logs.class::isInstance)
                .map(Logs.class::cast)
                .filter(logs -> logs.subscription().equals(subscription))
                .flatMap(logs -> logs.entries().stream())
                .map(LogEntry::path)
                .toList();
    }

    @Test
    void beginsWithTheLastEntries() {
        follow("a", 2, false);
        assertThat(heard("a")).containsExactly("/2", "/3");
    }

    @Test
    void saysWhenTheBacklogIsSent() {
        session.send(new Follow("a", NAME, 2, false));
        session.next(LogsSent.class, sent -> sent.subscription().equals("a"));
        assertThat(heardSoFar("a")).containsExactly("/2", "/3");
    }

    @Test
    void goesOnWithWhatComes() throws IOException {
        follow("a", 1, true);
        follow("witness", 0, true);
        request("/trap");
        assertThat(heard("a")).containsExactly("/3", "/trap");
    }

    @Test
    void saysWhatTheOwnerMustKnow() throws IOException {
        follow("witness", 0, true);
        node.get("runaway", "/trap");
        LogEntry entry = session.next(Logs.class).entries().getFirst();
        assertThat(entry.node()).isEqualTo(RunningNode.NAME);
        assertThat(entry.function()).isEqualTo(NAME);
        assertThat(entry.version()).isEqualTo(1);
        assertThat(entry.method()).isEqualTo("GET");
        assertThat(entry.path()).isEqualTo("/trap");
        assertThat(entry.status()).isEqualTo(500);
        assertThat(entry.outcome()).isEqualTo("guest-trap");
        assertThat(entry.detail()).contains("unreachable");
    }

    @Test
    void endsAfterTheBacklogUnlessItIsLive() throws IOException {
        follow("a", 1, false);
        follow("witness", 0, true);
        request("/late");
        assertThat(heard("a")).containsExactly("/3");
    }

    @Test
    void endsWhenNobodyListensAnyMore() throws IOException {
        follow("a", 0, true);
        follow("witness", 0, true);
        session.send(new Unfollow("a"));
        request("/late");
        assertThat(heard("a")).isEmpty();
    }

    @Test
    void endsWithTheSession() throws IOException {
        follow("a", 0, true);
        session.close(1001);
        session = control.welcomed();
        follow("witness", 0, true);
        request("/late");
        assertThat(heard("a")).isEmpty();
    }

    @Test
    void tellsASubscriptionThatAsksTwiceOnce() throws IOException {
        follow("a", 0, true);
        follow("a", 0, true);
        session.send(new Unfollow("a"));
        follow("a", 0, true);
        follow("witness", 0, true);
        request("/late");
        assertThat(heard("a")).containsExactly("/late");
    }

    @Test
    void refusesMoreFollowersThanItsLimit() throws IOException {
        for (int i = 1; i < FOLLOWERS_MAX; i++) {
            follow("f" + i, 0, true);
        }
        follow("witness", 0, true);
        follow("one-more", 3, true);
        request("/late");
        assertThat(heard("f1")).containsExactly("/late");
        assertThat(heard("one-more")).isEmpty();
    }

    @Test
    void takesAnotherFollowerOnceOneHasGone() throws IOException {
        for (int i = 1; i <= FOLLOWERS_MAX; i++) {
            follow("f" + i, 0, true);
        }
        session.send(new Unfollow("f1"));
        session.send(new Unfollow("f2"));
        follow("one-more", 0, true);
        follow("witness", 0, true);
        request("/late");
        assertThat(heard("one-more")).containsExactly("/late");
    }

    @Test
    void hasNothingToTellOfAFunctionThatIsNotHere() {
        session.send(new Follow("a", new FunctionName("nobody"), 10, true));
        session.next(LogsSent.class);
        assertThat(heard("a")).isEmpty();
    }
}
