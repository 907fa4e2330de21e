package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Api.Joined;
import dev.cress.contract.Api.Renewal;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.Json;
import dev.cress.contract.Member;
import dev.cress.contract.Position;
import dev.cress.contract.Role;
import dev.cress.contract.Trust;
import dev.cress.control.store.Issued;
import dev.cress.control.store.StoredMember;
import dev.cress.control.trust.Authority;
import dev.cress.control.trust.RequestedKey;
import dev.cress.control.trust.Roll;
import dev.cress.control.trust.ServerTls;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.IdentityException;
import dev.cress.identity.KnownKeys;
import dev.cress.identity.SigningKey;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// What a member keeps of who it is, through joins that are cut, and answers that aren't the
/// control plane's.
@Timeout(60)
class MemberFilesTest {
    private static final Member FRA = new Member(Role.NODE, "fra", "fra-1");
    private static final Member IAD = new Member(Role.NODE, "iad", "iad-1");

    private static final Trust NO_TRUST = new Trust(null, List.of());

    @TempDir private Path folder;
    private Plane plane;

    @BeforeEach
    void start() {
        plane =
                Plane.start(
                        folder.resolve("control"),
                        config -> config.withTls(new Tls.ByAuthority(List.of())));
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private Path member() {
        return folder.resolve("member");
    }

    private FleetIdentity join() {
        return FleetIdentity.join(member(), plane.joinString(Role.NODE), "fra-1", null);
    }

    @Test
    void aJoinThatWasCutAfterTheAnswerGoesOn() throws IOException {
        var string = plane.joinString(Role.NODE);
        Path inTheWay = Files.createDirectories(member().resolve("fleet.json/x"));
        assertThatThrownBy(() -> FleetIdentity.join(member(), string, "fra-1", null))
                .hasMessageContaining("can't be written");
        assertThat(plane.get("/v1/members").json().path("items")).hasSize(1);
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        assertThat(FleetIdentity.open(member())).isEmpty();
        assertThat(FleetIdentity.join(member(), string, "fra-1", null).member()).isEqualTo(FRA);
        assertThat(Files.exists(member().resolve("joining.pem"))).isFalse();
    }

    @Test
    void whoJoinsAnewTrustsTheKeysOfTheNewJoin() {
        join();
        plane.delete("/v1/members/fra-1");
        var others = List.of(SigningKey.fresh(null).announced());
        assertThat(KnownKeys.open(member().resolve("signing-keys.json"), List.of()).take(others))
                .isTrue();
        var identity = join();
        assertThat(identity.signingKeys().take(others)).isFalse();
        try (var node = FakeNode.member(plane.control, "/v1/sync/node", Badge.of(identity))) {
            node.hello("fra-1", Position.NOWHERE);
            assertThat(identity.signingKeys().take(node.first(Welcome.class).keys())).isTrue();
        }
    }

    /// Asks a server for renewal that answers with what this makes of the request.
    private void renewAt(Function<Renewal, Joined> answer) throws Exception {
        join();
        var vertx = Vertx.vertx();
        try {
            var options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
            ServerTls.byAuthority(authority(), List.of("127.0.0.1"), Instant.now())
                    .configure(options);
            var server =
                    vertx.createHttpServer(options)
                            .requestHandler(
                                    request ->
                                            request.body()
                                                    .map(body -> body.toString())
                                                    .map(text -> Json.read(text, Renewal.class))
                                                    .map(asked -> Json.write(answer.apply(asked)))
                                                    .onSuccess(request.response()::end));
            int port = server.listen().await(10, TimeUnit.SECONDS).actualPort();
            Path fleet = member().resolve("fleet.json");
            String control = ":" + plane.control.port();
            Files.writeString(fleet, Files.readString(fleet).replace(control, ":" + port));
            FleetIdentity.open(member()).orElseThrow().renew();
        } finally {
            vertx.close().await(10, TimeUnit.SECONDS);
        }
    }

    private Authority authority() {
        String url = "jdbc:sqlite:" + folder.resolve("control/store.db");
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "SELECT value FROM setting WHERE name = 'authority'")) {
            return Authority.of(row.getString(1));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private Joined certified(Renewal asked, Member member, Trust trust) {
        Issued issued =
                authority().issue(RequestedKey.of(asked.csr()).key(), member, Instant.now());
        return new Joined(member, issued.pem(), null, null, trust);
    }

    @Test
    void ofARenewalTheCertificateCountsAndNothingElse() throws Exception {
        var others = List.of(SigningKey.fresh(null).announced().key());
        renewAt(asked -> certified(asked, FRA, new Trust(authority().digest(), others)));
        assertThat(FleetIdentity.open(member()).orElseThrow().trust().keys())
                .isNotEmpty()
                .doesNotContainAnyElementsOf(others);
    }

    @Test
    void aRenewalForSomebodyElseIsNotTaken() {
        assertThatThrownBy(() -> renewAt(asked -> certified(asked, IAD, NO_TRUST)))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("the control plane's certificate is for node iad-1");
    }

    @Test
    void aCertificateForAnotherKeyIsNotTaken() {
        assertThatThrownBy(
                        () ->
                                renewAt(
                                        _ -> {
                                            var other =
                                                    Badge.Certified.by(
                                                            authority(), FRA, Instant.now());
                                            String pem = other.issued().pem();
                                            return new Joined(FRA, pem, null, null, NO_TRUST);
                                        }))
                .hasMessageContaining("certified another key");
    }

    @Test
    void sessionsOfWhoLetTheLastCertificateRunOutEnd() {
        var stored = new StoredMember(FRA, "2", "1", 0, 1_000);
        var before = new Roll(InstantSource.fixed(Instant.ofEpochMilli(999)), List.of(stored));
        assertThat(before.expired()).isEmpty();
        var after = new Roll(InstantSource.fixed(Instant.ofEpochMilli(1_000)), List.of(stored));
        assertThat(after.expired())
                .containsExactly("certificate 2 of fra-1", "certificate 1 of fra-1");
    }

    @Test
    void theStoreIsItsOwnersAlone(@TempDir Path open) throws IOException {
        Path file = Files.createFile(open.resolve("store.db"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        try (var _ = Plane.start(open)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }
}
