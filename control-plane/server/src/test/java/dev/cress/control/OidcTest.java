package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.cress.control.trust.Oidc;
import dev.cress.identity.IdentityException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;

/// Operators that an identity provider vouches for, which is a server of the test's.
@Timeout(60)
@Order(Integer.MAX_VALUE - 1)
class OidcTest {
    private static final String AUDIENCE = "cress";

    @TempDir private Path folder;
    private HttpServer provider;
    private String issuer;
    private volatile String issuerSaid;
    private volatile JWKSet published = new JWKSet();
    private RSAKey key;

    @BeforeEach
    void start() throws IOException, JOSEException {
        key = new RSAKeyGenerator(2_048).keyID("one").generate();
        published = new JWKSet(key);
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer = "http://127.0.0.1:" + provider.getAddress().getPort() + "/realm";
        issuerSaid = issuer;
        provider.createContext(
                "/realm/.well-known/openid-configuration",
                exchange ->
                        answer(
                                exchange,
                                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\",\"x\":1}"
                                        .formatted(issuerSaid, issuer)));
        provider.createContext(
                "/realm/keys", exchange -> answer(exchange, published.toString(true)));
        provider.start();
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        try (exchange) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @AfterEach
    void stop() {
        provider.stop(0);
    }

    private Plane plane() {
        var oidc = new Oidc(URI.create(issuer), AUDIENCE, "groups", "operators");
        return Plane.start(folder, config -> config.withOidc(oidc));
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(AUDIENCE)
                .subject("u-17")
                .claim("email", "kim@example.com")
                .claim("groups", List.of("people", "operators"))
                .expirationTime(Date.from(Instant.now().plusSeconds(300)));
    }

    private static String signed(RSAKey key, JWTClaimsSet claims) throws JOSEException {
        var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build();
        var token = new SignedJWT(header, claims);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private String token(UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
        return signed(key, change.apply(claims()).build());
    }

    private String token() throws JOSEException {
        return token(claims -> claims);
    }

    /// Once the provider's keys are known.
    private static void awaitIn(Plane plane, String token) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> plane.getAs(token, "/v1/tokens").status() == 200);
    }

    private static void assertOut(Plane plane, String token, String why) {
        Reply reply = plane.getAs(token, "/v1/tokens");
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.text()).contains(why);
    }

    @Test
    void anOperatorOfTheProvidersIsOneHereAndTheAuditLogNamesHim() throws JOSEException {
        try (var plane = plane()) {
            awaitIn(plane, token());
            assertThat(plane.postAs(token(), "/v1/tenants", "{\"name\":\"acme\"}").status())
                    .isEqualTo(201);
            assertThat(plane.get("/v1/audit").text()).contains("u-17 kim@example.com");
            assertThat(plane.get("/v1/tokens").status()).isEqualTo(200);
        }
    }

    @Test
    void onlyWhoHasTheClaimIsAnOperator() throws JOSEException {
        try (var plane = plane()) {
            awaitIn(plane, token(claims -> claims.claim("groups", "operators")));
            assertOut(
                    plane,
                    token(claims -> claims.claim("groups", List.of("people"))),
                    "its claim groups doesn't have operators");
            assertOut(plane, token(claims -> claims.claim("groups", null)), "claim groups");
        }
    }

    @Test
    void aTokenThatIsNotTheProvidersForUsNowIsRefused() throws JOSEException {
        try (var plane = plane()) {
            awaitIn(plane, token());
            assertOut(plane, token(c -> c.audience("another")), "aud");
            assertOut(plane, token(c -> c.issuer("https://elsewhere.example")), "iss");
            assertOut(plane, token(c -> c.expirationTime(ago(120))), "Expired");
            assertOut(plane, token(c -> c.expirationTime(null)), "exp");
            assertOut(plane, token(c -> c.notBeforeTime(ago(-120))), "before");
            assertOut(plane, token(c -> c.claim("x", "y".repeat(9_000))), "at most 8192");
            // a clock that is half a minute off is none's fault
            awaitIn(plane, token(c -> c.expirationTime(ago(30))));
        }
    }

    private static Date ago(int seconds) {
        return Date.from(Instant.now().minusSeconds(seconds));
    }

    @Test
    void aSignatureByAnythingButAPublishedKeyIsRefused() throws JOSEException {
        try (var plane = plane()) {
            awaitIn(plane, token());
            var claims = claims().build();
            var impostor = new RSAKeyGenerator(2_048).keyID("one").generate();
            assertOut(plane, signed(impostor, claims), "signature");
            assertOut(plane, new PlainJWT(claims).serialize(), "isn't one of");
            var header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build();
            var byPublicKey = new SignedJWT(header, claims);
            byPublicKey.sign(new MACSigner(key.toPublicJWK().toString()));
            assertOut(plane, byPublicKey.serialize(), "isn't one of");
            assertOut(plane, "a.b.c", "isn't one of");
            assertOut(plane, "..", "isn't one of");
        }
    }

    @Test
    void aKeyThatTheProviderAddsCountsSoonAndOneThatItWithdrawsNoMore() throws JOSEException {
        try (var plane = plane()) {
            awaitIn(plane, token());
            ECKey next = new ECKeyGenerator(Curve.P_256).keyID("two").generate();
            published = new JWKSet(List.<JWK>of(next));
            var header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("two").build();
            var byNext = new SignedJWT(header, claims().build());
            byNext.sign(new ECDSASigner(next));
            awaitIn(plane, byNext.serialize());
            assertOut(plane, token(), "no key of");
        }
    }

    @Test
    void aProviderThatSaysItIsAnotherIsNotBelieved() throws JOSEException {
        issuerSaid = "https://elsewhere.example";
        try (var plane = plane()) {
            assertOut(plane, token(), "no key of");
            issuerSaid = issuer;
            awaitIn(plane, token());
        }
    }

    @Test
    void withoutAProviderAJsonWebTokenIsAnUnknownToken() throws JOSEException {
        try (var plane = Plane.start(folder)) {
            assertOut(plane, token(), "unknown or revoked");
        }
    }

    @Test
    void aProviderIsReachedSafelyAndItsOperatorsAreTold() {
        for (var wrong : List.of("http://idp.example", "ftp://127.0.0.1", "https:///x")) {
            assertThatThrownBy(() -> new Oidc(URI.create(wrong), "a", "b", "c"))
                    .isInstanceOf(IdentityException.class)
                    .hasMessageContaining("https URL");
        }
        assertThatThrownBy(() -> new Oidc(URI.create("https://idp.example"), "a", "", "c"))
                .hasMessageContaining("whoever the provider knows");
    }
}
