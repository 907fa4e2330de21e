package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Secrets;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.ControlFrame.SecretsKey;
import dev.cress.contract.Grants;
import dev.cress.contract.Route;
import dev.cress.contract.SecretsApi.SecretInfo;
import dev.cress.identity.DataKey;
import dev.cress.identity.Recipient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/// Secrets from the API to nodes.
@Timeout(60)
class SecretsTest {
    @TempDir private Path folder;
    private Plane plane;

    @BeforeEach
    void start() {
        plane = Plane.start(folder.resolve("plane"));
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private Reply put(String name, String value) {
        var request = plane.authorised("/v1/secrets/" + name);
        return plane.send(request.PUT(BodyPublishers.ofString(value)).build());
    }

    private void set(String name, String value) {
        Reply reply = put(name, value);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).doesNotContain(value);
    }

    private void deploy(String function, int seed, String... secrets) {
        var manifest =
                Plane.manifest(new Route(function + ".example", "/*"))
                        .with(new Grants(List.of(), List.of(secrets), List.of()));
        Reply reply = plane.release(function, plane.module(seed), manifest, 10_000);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    /// A node that takes secrets.
    private FakeNode node(String name, Recipient recipient) {
        var node = FakeNode.silent(plane.control, plane.control.issueToken(name, "join"));
        node.acks = true;
        node.hello(name, recipient);
        return node;
    }

    private Recipient recipient(String name) {
        return Recipient.open(folder.resolve(name));
    }

    /// What a node knows, by name and value.
    private static List<String> known(FakeNode node, String name, Recipient recipient) {
        List<SecretsKey> keys = node.all(SecretsKey.class);
        if (keys.isEmpty()) {
            return List.of();
        }
        SecretsKey key = keys.getLast();
        byte[] opened =
                recipient.open(
                        Base64.getDecoder().decode(key.sealed()),
                        SecretsKey.context(key.id(), name));
        DataKey under = DataKey.of(opened);
        return node.all(Secrets.class).stream()
                .flatMap(frame -> frame.values().stream())
                .map(value -> value.secret().name() + "=" + open(under, value))
                .toList();
    }

    private static String open(DataKey under, Value value) {
        byte[] sealed = Base64.getDecoder().decode(value.sealed());
        return new String(
                under.open(sealed, Value.context(value.secret(), value.version())),
                StandardCharsets.UTF_8);
    }

    @Test
    void aNodeIsToldWhatItsFunctionsNameAndNothingElse() {
        set("API_KEY", "for shop");
        set("ANOTHER", "for nobody");
        deploy("shop", 1, "API_KEY");
        var recipient = recipient("fra-1");
        try (var node = node("fra-1", recipient)) {
            await().until(() -> !known(node, "fra-1", recipient).isEmpty());
            assertThat(known(node, "fra-1", recipient)).containsExactly("API_KEY=for shop");
            set("API_KEY", "the next");
            await().until(() -> known(node, "fra-1", recipient).contains("API_KEY=the next"));
            assertThat(String.join("", known(node, "fra-1", recipient)))
                    .doesNotContain("for nobody");
        }
    }

    @Test
    void aValueComesBeforeTheDeploymentThatNeedsIt() {
        set("API_KEY", "value");
        var recipient = recipient("fra-1");
        try (var node = node("fra-1", recipient)) {
            node.first(SecretsKey.class);
            deploy("shop", 1, "API_KEY");
            node.first(ControlFrame.Delta.class);
            assertThat(known(node, "fra-1", recipient)).containsExactly("API_KEY=value");
            plane.delete("/v1/functions/shop");
            await().until(
                            () ->
                                    node.all(Secrets.class).stream()
                                            .anyMatch(frame -> !frame.removed().isEmpty()));
        }
    }

    @Test
    void aFleetWithoutSecretsSealsNothing() {
        var recipient = recipient("fra-1");
        try (var node = node("fra-1", recipient)) {
            assertThat(node.first(Secrets.class).whole()).isTrue();
            assertThat(node.all(SecretsKey.class)).isEmpty();
            set("API_KEY", "the first");
            node.first(SecretsKey.class);
        }
    }

    @Test
    void anotherNodesKeyOpensNothing() {
        set("API_KEY", "value");
        var recipient = recipient("fra-1");
        try (var node = node("fra-1", recipient)) {
            SecretsKey key = node.first(SecretsKey.class);
            byte[] sealed = Base64.getDecoder().decode(key.sealed());
            assertThatThrownBy(
                            () ->
                                    recipient("iad-1")
                                            .open(sealed, SecretsKey.context(key.id(), "fra-1")))
                    .hasMessageContaining("another");
        }
    }

    @Test
    void aNodeOfTheBuildBeforeGetsNoneAndTheRolloutSaysSo() {
        set("API_KEY", "value");
        try (var node = plane.node("fra-1")) {
            deploy("shop", 1, "API_KEY");
            node.awaitRevision(1);
            await().until(() -> rollout("shop").contains("takes no secrets"));
            assertThat(rollout("shop")).contains("\"state\":\"failed\"");
            assertThat(node.all(Secrets.class)).isEmpty();
            deploy("plain", 2);
            assertThat(rollout("plain")).contains("pending");
        }
    }

    private String rollout(String function) {
        return plane.get("/v1/functions/" + function + "/rollout").text();
    }

    @Test
    void whatIsNamedIsNotDeleted() {
        set("API_KEY", "value");
        deploy("shop", 1, "API_KEY");
        Reply refused = plane.delete("/v1/secrets/API_KEY");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("secret-in-use");
        assertThat(refused.text()).contains("shop version 1");
        plane.delete("/v1/functions/shop");
        assertThat(plane.delete("/v1/secrets/API_KEY").status()).isEqualTo(204);
        assertThat(plane.get("/v1/secrets/API_KEY").status()).isEqualTo(404);
    }

    @Test
    void listsComeInPagesWithoutValues() {
        for (int i = 0; i < 3; i++) {
            set("KEY_" + i, "value-" + i);
        }
        deploy("shop", 1, "KEY_1");
        Reply page = plane.get("/v1/secrets?limit=2");
        assertThat(page.headers().firstValue("link")).isPresent();
        assertThat(page.text()).contains("KEY_0", "shop").doesNotContain("KEY_2", "value-");
        assertThat(plane.get("/v1/audit").text())
                .contains("PUT /v1/secrets/{}", "KEY_2")
                .doesNotContain("value-");
    }

    @Test
    void aValueThatIsTooLongIsRefusedWithTheLimit() {
        Reply refused = put("API_KEY", "x".repeat(SecretInfo.VALUE_BYTES_MAX + 1));
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.text()).contains("65536 bytes", "65537 bytes");
        assertThat(put("not-a-name", "x").status()).isEqualTo(400);
    }

    @Test
    void theSameKeyForAnotherValueIsRefused() {
        Reply first = once("one");
        assertThat(once("one").text()).isEqualTo(first.text());
        assertThat(once("two").status()).isEqualTo(422);
        assertThat(plane.get("/v1/secrets/API_KEY").text()).contains("\"version\":1");
    }

    private Reply once(String value) {
        var request = plane.authorised("/v1/secrets/API_KEY").header("idempotency-key", "k1");
        return plane.send(request.PUT(BodyPublishers.ofString(value)).build());
    }

    @Test
    void keysRotateWhileNodesGoOn() {
        set("API_KEY", "value");
        deploy("shop", 1, "API_KEY");
        Reply rotated = plane.post("/v1/keys/rotate-secrets", "");
        assertThat(rotated.text()).contains("\"secrets\":1");
        var recipient = recipient("fra-1");
        try (var node = node("fra-1", recipient)) {
            set("API_KEY", "after");
            await().until(() -> known(node, "fra-1", recipient).contains("API_KEY=after"));
        }
        plane.close();
        plane = Plane.start(folder.resolve("plane"));
        try (var node = node("fra-1", recipient)) {
            await().until(() -> known(node, "fra-1", recipient).contains("API_KEY=after"));
        }
    }
}
