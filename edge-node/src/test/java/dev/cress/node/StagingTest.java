package dev.cress.node;

import static dev.cress.node.Functions.at;
import static dev.cress.node.Functions.delta;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.variant;
import static dev.cress.node.Functions.version;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.FunctionState;
import dev.cress.contract.NodeFrame.Ack;
import dev.cress.contract.NodeFrame.Serving;
import dev.cress.contract.NodeFrame.Staging;
import dev.cress.contract.Share;
import dev.cress.contract.StagingState;
import dev.cress.contract.Version;

import io.vertx.core.http.HttpServerRequest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// How versions become ready, and what serves until they are. Each test begins with `hello` version
/// 1 serving.
class StagingTest {
    private static final byte[] HELLO = Functions.example("hello");
    private static final byte[] NEXT = variant(HELLO, "next");
    private static final Version V1 = greeting(1, HELLO, "Hello");
    private static final Version V2 = greeting(2, NEXT, "Moin");
    private static final FunctionState FIRST = function("hello", 1, V1);
    private static final FunctionState SECOND = function("hello", 2, V1, V2);

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private RunningNode node;
    private FakeSession session;

    @BeforeEach
    void start() {
        control.has(HELLO);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.welcomed();
        session.send(snapshot(1, FIRST));
        session.next(Ack.class);
        session.serving("hello", 1);
        control.asked();
        node.awaitServing();
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    private void assertFirstStillServes() throws IOException {
        assertThat(node.get("hello", "/")).contains("x-cress-version: 1", "Hello from");
        assertThat(session.unread()).doesNotHaveAnyElementsOfTypes(Serving.class);
    }

    /// The reason why version 2 isn't there yet.
    private String delay() {
        return session.next(
                        Staging.class,
                        s ->
                                s.version() == 2
                                        && s.state() == StagingState.PENDING
                                        && !s.reason().isEmpty())
                .reason();
    }

    @Test
    void acknowledgesWithoutWaitingForModules() throws IOException {
        control.hangs(V2);
        session.send(delta(1, 2, SECOND));
        assertThat(control.asked()).isEqualTo(V2.module());
        session.send(delta(2, 3));
        session.next(Ack.class, ack -> ack.revision() == 3);
        session.staging("hello", 2, StagingState.PENDING);
        assertFirstStillServes();
    }

    @Test
    void hasOnItsDiskWhatItAcknowledgedBeforeTheModuleCame() {
        session.send(delta(1, 2, SECOND));
        session.next(Ack.class, ack -> ack.revision() == 2);
        assertThat(delay()).contains("404");
        node.close();
        control.has(NEXT);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        assertThat(control.welcomed().hello().resume()).isEqualTo(at(2));
        node.awaitAnswer("hello", "Moin from");
    }

    @Test
    void othersGoOnServingWhileAModuleDoesNotCome() throws IOException {
        control.has(Functions.example("markdown"));
        session.send(
                delta(1, 2, function("markdown", 1, version(1, Functions.example("markdown")))));
        session.serving("markdown", 1);
        control.hangs(V2);
        session.send(delta(2, 3, SECOND));
        session.staging("hello", 2, StagingState.PENDING);
        assertThat(node.get("markdown", "/")).contains("200 OK");
        assertFirstStillServes();
    }

    @Test
    void aVersionWhoseImageIsBeingPreparedHoldsUpNoOther() throws Exception {
        BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();
        control.images(V2.module(), held::add);
        session.send(delta(1, 2, SECOND));
        HttpServerRequest asked = FakeControlPlane.poll(held, "request for an image");
        byte[] other = Functions.example("markdown");
        control.has(other);
        session.send(delta(2, 3, function("markdown", 1, version(1, other))));
        session.serving("markdown", 1);
        assertFirstStillServes();
        control.has(NEXT);
        asked.response().setStatusCode(404).end();
        session.serving("hello", 2);
    }

    @Test
    void takesBytesThatAreNotWhatTheirNameSaysForNoModule() throws IOException {
        byte[] forged = NEXT.clone();
        forged[forged.length - 1] ^= 1;
        control.lies(V2, forged);
        session.send(delta(1, 2, SECOND));
        assertThat(delay()).contains(V2.module().shortHex(), "arrived as");
        assertFirstStillServes();
        assertThat(data.resolve("modules").resolve(V2.module() + ".wasm")).doesNotExist();
    }

    @Test
    void takesTooFewBytesForNoModule() throws IOException {
        control.lies(V2, HELLO);
        session.send(delta(1, 2, SECOND));
        assertThat(delay()).contains("of %d bytes".formatted(NEXT.length));
        assertFirstStillServes();
    }

    @Test
    void takesTooManyBytesForNoModule() throws IOException {
        control.lies(V2, variant(NEXT, "more"));
        session.send(delta(1, 2, SECOND));
        assertThat(delay()).contains(Integer.toString(NEXT.length));
        assertFirstStillServes();
    }

    @Test
    void stagesAModuleOnceItCanBeHad() {
        session.send(delta(1, 2, SECOND));
        assertThat(delay()).contains("404");
        control.has(NEXT);
        session.staging("hello", 2, StagingState.STAGED);
        session.serving("hello", 2);
        node.awaitAnswer("hello", "Moin from");
    }

    @Test
    void saysWhyAModuleThatIsNoWasmFailed() throws IOException {
        byte[] text = "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII);
        control.has(text);
        session.send(delta(1, 2, function("hello", 2, V1, version(2, text))));
        assertThat(session.staging("hello", 2, StagingState.FAILED).reason()).isNotBlank();
        assertFirstStillServes();
    }

    @Test
    void servesWhatComesAfterAVersionThatFailed() {
        byte[] text = "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII);
        control.has(text);
        control.has(NEXT);
        Version broken = version(2, text);
        session.send(delta(1, 2, function("hello", 2, V1, broken)));
        session.staging("hello", 2, StagingState.FAILED);
        session.send(delta(2, 3, function("hello", 3, V1, broken, greeting(3, NEXT, "Moin"))));
        session.serving("hello", 3);
        node.awaitAnswer("hello", "Moin from");
    }

    @Test
    void aDeploymentOfTwoVersionsTakesEffectOnceBothAreStaged() throws IOException {
        Version candidate = greeting(3, NEXT, "Servus");
        Version stable = greeting(2, HELLO, "Moin");
        List<Share> shares = List.of(new Share(3, 5_000), new Share(2, 5_000));
        session.send(delta(1, 2, function("hello", 2, shares, V1, stable, candidate)));
        session.staging("hello", 2, StagingState.STAGED);
        session.next(Staging.class, s -> s.version() == 3 && !s.reason().isEmpty());
        assertFirstStillServes();
        control.has(NEXT);
        session.staging("hello", 3, StagingState.STAGED);
        session.serving("hello", 2);
        node.awaitAnswer("hello", "x-cress-version: ");
        assertThat(node.get("hello", "/")).doesNotContain("x-cress-version: 1");
    }

    @Test
    void goesBackWithoutFetchingAnything() {
        control.has(NEXT);
        session.send(delta(1, 2, SECOND));
        session.serving("hello", 2);
        control.stop();
        control.startAgain();
        session = control.welcomed();
        control.answers(V1.module(), response -> response.setStatusCode(404).end());
        session.send(delta(2, 3, function("hello", 3, V2, V1)));
        session.serving("hello", 3);
        node.awaitAnswer("hello", "Hello from");
    }

    @Test
    void deletesModulesThatNothingNamesAnyMore() throws IOException {
        control.has(NEXT);
        session.send(delta(1, 2, function("hello", 2, V2)));
        session.serving("hello", 2);
        session.send(delta(2, 3));
        session.next(Ack.class, ack -> ack.revision() == 3);
        try (var modules = Files.list(data.resolve("modules"))) {
            assertThat(modules.map(p -> p.getFileName().toString()))
                    .containsExactly(V2.module() + ".wasm");
        }
    }

    @Test
    void fetchesAModuleAnewThatItsDiskSpoiled() throws IOException {
        node.close();
        Files.write(data.resolve("modules").resolve(V1.module() + ".wasm"), new byte[] {1, 2, 3});
        node = new RunningNode(data, control.url(), RunningNode.LIMITS).awaitServing();
        assertThat(control.asked()).isEqualTo(V1.module());
        node.awaitAnswer("hello", "Hello from");
    }
}
