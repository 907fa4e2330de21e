package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Member;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.Role;
import dev.cress.control.trust.Authority;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.Pem;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/// Relays and nodes behind them, where certificates say who they are.
@Timeout(60)
class RelayedMembersTest {
    private static final int REVOKED = 4401;
    private static final int OTHER_IDENTITY = 4403;

    @TempDir private Path folder;
    private Plane plane;
    private FleetIdentity node;

    @BeforeEach
    void start() {
        plane =
                Plane.start(
                        folder.resolve("control"),
                        config -> config.withTls(new Tls.ByAuthority(List.of())));
        node = join(Role.NODE, "fra-1");
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private FleetIdentity join(Role role, String name) {
        return FleetIdentity.join(folder.resolve(name), plane.joinString(role), name, null);
    }

    private FakeRelay relay(String name) {
        return FakeRelay.member(plane.control, Badge.of(join(Role.RELAY, name))).hello(name);
    }

    private static String text(X509Certificate certificate) throws CertificateEncodingException {
        return Base64.getEncoder().encodeToString(certificate.getEncoded());
    }

    @Test
    void aNodeIsWhoItsCertificateSays() throws Exception {
        try (var relay = relay("r1")) {
            relay.member(1, "fra-1", text(node.certificate()));
            assertThat(relay.isEnded(1)).isFalse();
            relay.member(2, "fra-2", text(node.certificate()));
            assertThat(relay.endCode(2)).isEqualTo(OTHER_IDENTITY);
        }
    }

    @Test
    void aRemovedNodeIsCutOffAndLetInNoMore() throws Exception {
        try (var relay = relay("r1")) {
            relay.member(1, "fra-1", text(node.certificate()));
            assertThat(plane.delete("/v1/members/fra-1").status()).isEqualTo(200);
            assertThat(relay.endCode(1)).isEqualTo(REVOKED);
            relay.member(2, "fra-1", text(node.certificate()));
            assertThat(relay.endCode(2)).isEqualTo(REVOKED);
        }
    }

    @Test
    void aRemovedRelayIsCutOffWithAllItsNodes() throws Exception {
        var identity = join(Role.RELAY, "r1");
        try (var relay = FakeRelay.member(plane.control, Badge.of(identity)).hello("r1")) {
            relay.member(1, "fra-1", text(node.certificate()));
            assertThat(plane.delete("/v1/members/r1").status()).isEqualTo(200);
            assertThat(relay.closeCode()).isEqualTo(REVOKED);
        }
        await().untilAsserted(
                        () ->
                                assertThat(plane.get("/v1/status").text())
                                        .contains("\"connected\":false"));
        assertThatThrownBy(() -> FakeRelay.member(plane.control, Badge.of(identity)))
                .hasMessageContaining("can't connect");
    }

    @Test
    void nobodyElsesCertificateOpensANodesSession() throws Exception {
        var other = join(Role.RELAY, "r2");
        var stranger =
                Badge.Certified.by(
                        Authority.of(Authority.fresh(Instant.now())),
                        new Member(Role.NODE, "fra", "fra-1"),
                        Instant.now());
        var forged = Pem.certificates(stranger.issued().pem()).getFirst();
        try (var relay = relay("r1")) {
            relay.member(1, "r2", text(other.certificate()));
            relay.member(2, "fra-1", text(forged));
            relay.member(3, "fra-1", "bm9uZQ==");
            relay.member(4, "fra-1", "!");
            relay.node(5, "fra-1", plane.token("join"));
            for (int session = 1; session <= 5; session++) {
                assertThat(relay.endCode(session)).as("%d", session).isEqualTo(REVOKED);
            }
        }
    }

    @Test
    void aNodeIsNoRelayAndARelayIsNoOther() {
        assertThatThrownBy(() -> FakeRelay.member(plane.control, Badge.of(node)))
                .hasMessageContaining("can't connect");
        try (var relay = FakeRelay.member(plane.control, Badge.of(join(Role.RELAY, "r1")))) {
            relay.say(new RelayFrame.Hello(1, "r2", ""));
            assertThat(relay.closeCode()).isEqualTo(OTHER_IDENTITY);
        }
    }
}
