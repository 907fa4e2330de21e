package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.MemberRemoved;
import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.Grants;
import dev.cress.contract.JoinString;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Member;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Position;
import dev.cress.contract.Role;
import dev.cress.contract.SecretsApi.HeldSecret;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.contract.Trust;
import dev.cress.contract.Warmup;
import dev.cress.control.trust.Authority;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.IdentityException;
import dev.cress.identity.Recipient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLHandshakeException;

/// Members of the fleet over TLS: who gets a certificate, and what it is good for.
@Timeout(60)
class JoinTest {
    private static final String NODES = "/v1/sync/node";
    private static final Member FRA = new Member(Role.NODE, "fra", "fra-1");
    private static final String SOME_MODULE = "/v1/modules/" + "0".repeat(64);

    @TempDir private Path folder;
    private Plane plane;

    @BeforeEach
    void start() {
        plane = start(0);
    }

    private Plane start(int port) {
        return Plane.start(
                folder.resolve("control"),
                config -> config.withPort(port).withTls(new Tls.ByAuthority(List.of())));
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private FleetIdentity join(Role role, String name) {
        return FleetIdentity.join(folder.resolve(name), plane.joinString(role), name, null);
    }

    private FakeNode session(FleetIdentity identity) {
        return FakeNode.member(plane.control, NODES, Badge.of(identity));
    }

    private HttpResponse<String> get(Badge badge, String path)
            throws IOException, InterruptedException {
        try (var client = badge.client("TLSv1.3")) {
            var request = HttpRequest.newBuilder(URI.create(plane.control.url() + path)).build();
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private Authority authority() throws SQLException {
        try (var connection = open();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "SELECT value FROM setting WHERE name = 'authority'")) {
            return Authority.of(row.getString(1));
        }
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("control/store.db"));
    }

    /// A member whose certificate ran out so long ago.
    private FleetIdentity lapsed(Duration ago) throws SQLException, IOException {
        join(Role.NODE, "fra-1");
        int port = plane.control.port();
        plane.close();
        Instant then = Instant.now().minus(ago).minus(Authority.MEMBER_LIFE);
        var old = Badge.Certified.by(authority(), FRA, then);
        try (var connection = open();
                var statement = connection.createStatement()) {
            statement.execute("UPDATE member SET serial = '%s'".formatted(old.issued().serial()));
        }
        Files.writeString(folder.resolve("fra-1/member.pem"), old.pem());
        plane = start(port);
        return FleetIdentity.open(folder.resolve("fra-1")).orElseThrow();
    }

    @Test
    void aNodeThatJoinedIsKnownByItsCertificate() throws Exception {
        var identity = join(Role.NODE, "fra-1");
        assertThat(identity.member()).isEqualTo(FRA);
        assertThat(identity.latitude()).hasValue(50.1);
        try (var node = session(identity)) {
            node.hello("fra-1", Position.NOWHERE);
            plane.deployed("hello", 1);
            node.awaitRevision(1);
        }
        assertThat(get(Badge.of(identity), SOME_MODULE).statusCode()).isEqualTo(404);
        assertThat(plane.get("/v1/members").json().at("/items/0/member/name").asText())
                .isEqualTo("fra-1");
        Path key = folder.resolve("fra-1/member.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(FleetIdentity.open(folder.resolve("fra-1")).orElseThrow().member())
                .isEqualTo(FRA);
    }

    @Test
    void aJoinStringIsOneWord() {
        var string = plane.joinString(Role.NODE);
        assertThat(string.text()).matches("cress-join\\.[A-Za-z0-9_-]+");
        assertThat(JoinString.parse(string.text())).isEqualTo(string);
        assertThat(string.toString()).doesNotContain(string.secret());
    }

    @Test
    void aJoinTokenLetsInOneNode() {
        var string = plane.joinString(Role.NODE);
        FleetIdentity.join(folder.resolve("one"), string, "fra-1", null);
        assertThatThrownBy(() -> FleetIdentity.join(folder.resolve("two"), string, "fra-2", null))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("was used already");
        assertThatThrownBy(() -> join(Role.NODE, "fra-1")).hasMessageContaining("remove it first");
    }

    @Test
    void aJoinTokenIsForOneRegion() {
        var string = plane.joinString(Role.NODE);
        assertThatThrownBy(() -> FleetIdentity.join(folder.resolve("one"), string, "iad-1", "iad"))
                .hasMessageContaining("it is for region fra, not iad");
        FleetIdentity.join(folder.resolve("one"), string, "fra-1", "fra");
    }

    @Test
    void nobodyJoinsWhereTheServerIsAnother() {
        var string = plane.joinString(Role.NODE);
        var another = new Trust(new Sha256("0".repeat(64)), List.of());
        var elsewhere = new JoinString(string.control(), string.secret(), another);
        assertThatThrownBy(
                        () -> FleetIdentity.join(folder.resolve("one"), elsewhere, "fra-1", null))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("no certificate of the server");
        FleetIdentity.join(folder.resolve("one"), string, "fra-1", null);
    }

    @Test
    void aNodeIsWhomItsCertificateNamesWhateverItSays() {
        var identity = join(Role.NODE, "fra-1");
        join(Role.NODE, "fra-2");
        for (var said :
                List.of(
                        FakeNode.info("fra-2"),
                        new NodeInfo("fra-1", "iad", 50.1, 8.7, "http://127.0.0.1:1", "test"))) {
            try (var node = session(identity)) {
                node.send(new NodeFrame.Hello(NodeFrame.PROTO, said, Position.NOWHERE));
                assertThat(node.closeCode()).isEqualTo(4403);
                assertThat(node.all(Welcome.class)).isEmpty();
            }
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityEndsTheHandshake() {
        var forged =
                Badge.Certified.by(
                        Authority.of(Authority.fresh(Instant.now())), FRA, Instant.now());
        assertThatThrownBy(() -> get(Badge.of(forged, plane.control), SOME_MODULE))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aCertificateThatTheStoreDoesNotKnowIsNone() throws Exception {
        join(Role.NODE, "fra-1");
        var forged = Badge.Certified.by(authority(), FRA, Instant.now());
        var answer = get(Badge.of(forged, plane.control), SOME_MODULE);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("revoked");
    }

    @Test
    void withTlsATokenIsNoIdentity() {
        assertThat(plane.getAs(plane.token("join"), NODES).code()).isEqualTo("certificate-needed");
        assertThat(plane.getAs(plane.operator, NODES).code()).isEqualTo("certificate-needed");
        assertThat(plane.getAs(plane.token("join"), SOME_MODULE).status()).isEqualTo(403);
        assertThat(plane.send(plane.request(NODES).build()).status()).isEqualTo(401);
        assertThat(plane.get("/v1/status").status()).isEqualTo(200);
    }

    @Test
    void aRoutersCertificateIsNoNodes() throws Exception {
        var router = Badge.of(join(Role.ROUTER, "router-1"));
        assertThat(get(router, NODES).statusCode()).isEqualTo(403);
        assertThat(get(router, "/v1/status").statusCode()).isEqualTo(401);
        try (var session = FakeNode.member(plane.control, "/v1/sync/router", router)) {
            session.first(Welcome.class);
        }
    }

    @Test
    void olderTlsIsRefused() {
        var badge = Badge.of(join(Role.NODE, "fra-1"));
        var request = HttpRequest.newBuilder(URI.create(plane.control.url() + "/health")).build();
        try (var client = badge.client("TLSv1.2")) {
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void whoIsRemovedIsOutAtOnceAndStaysOut() throws Exception {
        var secrets = new Grants(List.of(), List.of("API_KEY"), List.of());
        var manifest =
                new Manifest(
                        "auto",
                        false,
                        List.of(),
                        Limits.DEFAULT,
                        Map.of(),
                        secrets,
                        null,
                        List.of(),
                        Warmup.DEFAULT,
                        Manifest.LOG_LEVEL);
        plane.release("hello", plane.module(1), manifest, 10_000);
        var identity = join(Role.NODE, "fra-1");
        try (var node = session(identity)) {
            var set = plane.authorised("/v1/secrets/API_KEY");
            plane.send(set.PUT(BodyPublishers.ofString("value")).build());
            var other = plane.authorised("/v1/secrets/UNNAMED");
            plane.send(other.PUT(BodyPublishers.ofString("value")).build());
            node.hello("fra-1", Recipient.open(folder.resolve("recipient")));
            await().until(
                            () ->
                                    node.all(ControlFrame.Secrets.class).stream()
                                            .anyMatch(frame -> !frame.values().isEmpty()));
            var removed = plane.delete("/v1/members/fra-1").as(MemberRemoved.class);
            assertThat(removed.member()).isEqualTo(FRA);
            assertThat(removed.secrets())
                    .containsExactly(new HeldSecret(TenantName.DEFAULT, "API_KEY", 1));
            assertThat(node.closeCode()).isEqualTo(4401);
        }
        assertThat(get(Badge.of(identity), NODES).statusCode()).isEqualTo(401);
        assertThatThrownBy(identity::renew).hasMessageContaining("revoked");
        assertThat(plane.get("/v1/nodes").json().path("items")).isEmpty();
        assertThat(plane.delete("/v1/members/fra-1").status()).isEqualTo(404);
        assertThat(join(Role.NODE, "fra-1").member()).isEqualTo(FRA);
        assertThatThrownBy(identity::renew).hasMessageContaining("revoked");
    }

    @Test
    void aRenewedCertificateTakesOverAndTheSessionStands() throws Exception {
        var identity = join(Role.NODE, "fra-1");
        var first = identity.certificate();
        try (var node = session(identity)) {
            node.hello("fra-1", Position.NOWHERE);
            identity.renew();
            assertThat(identity.certificate()).isNotEqualTo(first);
            plane.deployed("hello", 1);
            node.awaitRevision(1);
        }
        var kept = FleetIdentity.open(folder.resolve("fra-1")).orElseThrow();
        assertThat(kept.certificate()).isEqualTo(identity.certificate());
        assertThat(get(Badge.of(kept), SOME_MODULE).statusCode()).isEqualTo(404);
    }

    @Test
    void aMemberRenewsByItselfWhenTwoThirdsOfTheTimeAreOver() {
        var identity = join(Role.NODE, "fra-1");
        var first = identity.certificate();
        var inFiveDays = InstantSource.fixed(Instant.now().plus(Duration.ofDays(5)));
        try (var _ = identity.keepRenewed(inFiveDays, List.of())) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !identity.certificate().equals(first));
        }
    }

    @Test
    void aCertificateThatRanOutIsGoodForItsRenewalOnlyForThirtyDays() throws Exception {
        var identity = lapsed(Duration.ofDays(29));
        assertThat(get(Badge.of(identity), NODES).statusCode()).isEqualTo(401);
        identity.renew();
        try (var node = session(identity)) {
            node.hello("fra-1", Position.NOWHERE);
        }
    }

    @Test
    void afterThirtyDaysItIsGoodForNothing() throws Exception {
        var identity = lapsed(Duration.ofDays(31));
        assertThatThrownBy(identity::renew).hasMessageContaining("ran out");
        assertThat(get(Badge.of(identity), NODES).statusCode()).isEqualTo(401);
    }

    @Test
    void withoutTlsNobodyJoins(@TempDir Path other) {
        try (var plain = Plane.start(other)) {
            Reply reply = plain.post("/v1/join-tokens", "{\"region\":\"fra\"}");
            assertThat(reply.status()).isEqualTo(409);
            assertThat(reply.code()).isEqualTo("no-tls");
        }
    }

    @Test
    void nonsenseIsRefusedInWords() {
        String[] tokens = {
            "{}",
            "{\"region\":\"FRA\"}",
            "{\"region\":\"fra\",\"name\":\"-\"}",
            "{\"region\":\"fra\",\"role\":\"king\"}",
            "{\"region\":\"fra\",\"latitude\":50}",
            "{\"region\":\"fra\",\"latitude\":500,\"longitude\":0}"
        };
        for (String body : tokens) {
            assertThat(plane.post("/v1/join-tokens", body).status()).as(body).isEqualTo(400);
        }
        String secret = plane.joinString(Role.NODE).secret();
        for (String csr :
                new String[] {
                    "",
                    "x".repeat(9_000),
                    "-----BEGIN CERTIFICATE REQUEST-----\n",
                    "-----BEGIN CERTIFICATE REQUEST-----\n!!!!\n-----END CERTIFICATE REQUEST-----\n"
                }) {
            Reply reply =
                    plane.post(
                            "/v1/join",
                            Json.write(Map.of("secret", secret, "name", "fra-1", "csr", csr)));
            assertThat(reply.code()).as(csr).isEqualTo("invalid-csr");
        }
        String unknown = "{\"secret\":\"x\",\"name\":\"fra-1\",\"csr\":\"x\"}";
        assertThat(plane.post("/v1/join", unknown).code()).isEqualTo("join-refused");
        assertThat(plane.post("/v1/join/renew", "{\"csr\":\"\"}").status()).isEqualTo(401);
    }
}
