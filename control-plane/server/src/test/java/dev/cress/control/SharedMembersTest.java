package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.JoinTokenCreated;
import dev.cress.contract.JoinString;
import dev.cress.contract.Position;
import dev.cress.control.store.Engine;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.IdentityException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/// Two servers that share a PostgreSQL database have the same members.
@Timeout(60)
class SharedMembersTest {
    private final String url = Engine.freshUrl();

    @TempDir private Path folder;
    private Plane one;
    private Plane other;

    @BeforeEach
    void start() {
        one = start("one");
        other = start("other");
    }

    private Plane start(String name) {
        return Plane.start(
                folder.resolve(name),
                config -> config.withStore(url).withTls(new Tls.ByAuthority(List.of())));
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    private FleetIdentity join(Plane asked, Plane joined) {
        var created =
                asked.post("/v1/join-tokens", "{\"region\":\"fra\"}").as(JoinTokenCreated.class);
        var string =
                new JoinString(URI.create(joined.control.url()), created.secret(), created.trust());
        return FleetIdentity.join(folder.resolve("fra-1"), string, "fra-1", null);
    }

    private static boolean knows(Plane plane) {
        return plane.get("/v1/members").text().contains("fra-1");
    }

    @Test
    void whoJoinedAtOneIsAMemberAtTheOther() {
        var identity = join(one, other);
        await().until(() -> knows(one));
        try (var node = FakeNode.member(one.control, "/v1/sync/node", Badge.of(identity))) {
            node.hello("fra-1", Position.NOWHERE);
        }
    }

    @Test
    void whoJoinedAtOneThatIsGoneRenewsAtTheOther() {
        var identity = join(one, one);
        await().until(() -> knows(other));
        var before = identity.certificate();
        one.close();
        var way = URI.create(other.control.url());
        assertThatThrownBy(() -> identity.renew(List.of())).isInstanceOf(IdentityException.class);
        identity.renew(List.of(URI.create("https://127.0.0.1:1"), way));
        assertThat(identity.certificate()).isNotEqualTo(before);
    }

    @Test
    void whomOneRemovesTheOtherLetsGo() {
        var identity = join(one, one);
        await().until(() -> knows(other));
        try (var node = FakeNode.member(other.control, "/v1/sync/node", Badge.of(identity))) {
            node.hello("fra-1", Position.NOWHERE);
            assertThat(one.delete("/v1/members/fra-1").status()).isEqualTo(200);
            assertThat(node.closeCode()).isEqualTo(4401);
        }
        assertThatThrownBy(identity::renew).hasMessageContaining("revoked");
        assertThat(knows(other)).isFalse();
        await().until(() -> other.get("/v1/nodes").json().path("items").isEmpty());
    }
}
