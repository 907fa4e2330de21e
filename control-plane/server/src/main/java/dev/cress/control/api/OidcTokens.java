package dev.cress.control.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;

import dev.cress.contract.Json;
import dev.cress.control.store.Scope;
import dev.cress.control.trust.Oidc;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// Operators that an identity provider vouches for: JSON Web Tokens (RFC 7519) of an OpenID Connect
/// provider, signed by a key that it publishes (RFC 7517). The keys are fetched at the start, then
/// every [#FETCH_EVERY], and when a token names one that isn't known; as long as the provider can't
/// be reached, those of before count. Thread-safe.
public final class OidcTokens implements AutoCloseable {
    /// Characters of a token.
    static final int LENGTH_MAX = 8 << 10;

    /// Bytes of the provider's description, and of its keys.
    static final int ANSWER_BYTES_MAX = 256 << 10;

    /// How often the keys are fetched. A key that the provider withdrew counts as long at most.
    static final Duration FETCH_EVERY = Duration.ofMinutes(10);

    /// How soon they are fetched again after a failure, or for a key that isn't known.
    static final Duration FETCH_AGAIN = Duration.ofSeconds(5);

    /// How far the provider's clock may be from this one.
    static final Duration SKEW = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(OidcTokens.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final int NAME_LENGTH_MAX = 200;
    private static final int ID_DIGITS = 16;

    /// Signatures by key pairs only: by a shared secret whoever checks could sign.
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512);

    private final Vertx vertx;
    private final Oidc oidc;
    private final DefaultJWTProcessor<SecurityContext> processor;
    private final AtomicBoolean fetching = new AtomicBoolean();
    private volatile JWKSet keys = new JWKSet();
    private volatile long fetchedNs;
    private final long timer;

    /// The provider's description of itself (OpenID Connect Discovery 1.0), as far as it is needed.
    private record Description(URI issuer, URI jwksUri) {}

    public OidcTokens(Vertx vertx, Oidc oidc, InstantSource clock) {
        this.vertx = vertx;
        this.oidc = oidc;
        processor = processor(clock);
        fetch();
        timer = vertx.setPeriodic(FETCH_AGAIN.toMillis(), _ -> fetchIfDue());
    }

    private DefaultJWTProcessor<SecurityContext> processor(InstantSource clock) {
        var made = new DefaultJWTProcessor<SecurityContext>();
        made.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(
                        JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        made.setJWSKeySelector(
                new JWSVerificationKeySelector<>(
                        ALGORITHMS, (selector, _) -> selector.select(keys)));
        var wanted = new JWTClaimsSet.Builder().issuer(oidc.issuer().toString()).build();
        var claims =
                new DefaultJWTClaimsVerifier<>(oidc.audience(), wanted, Set.of("sub", "exp")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        claims.setMaxClockSkew((int) SKEW.toSeconds());
        made.setJWTClaimsSetVerifier(claims);
        return made;
    }

    /// Whether this looks like a provider's token, and not like one of ours.
    static boolean isOne(String secret) {
        return !secret.startsWith(Access.PREFIX)
                && secret.chars().filter(c -> c == '.').count() == 2;
    }

    /// Whom the token names; refuses one that isn't the provider's, or not an operator's.
    Grant check(String token) {
        if (token.length() > LENGTH_MAX) {
            throw Access.unauthorised(
                    "the token has %d characters, at most %d"
                            .formatted(token.length(), LENGTH_MAX));
        }
        JWTClaimsSet claims = claims(token);
        if (!isOperator(claims.getClaim(oidc.claim()))) {
            throw Access.unauthorised(
                    "%s is known to %s, but its claim %s doesn't have %s"
                            .formatted(name(claims), oidc.issuer(), oidc.claim(), oidc.value()));
        }
        String id = "oidc:" + Access.hash(token).hex().substring(0, ID_DIGITS);
        return new Grant(id, name(claims), Scope.OPERATOR, "");
    }

    private JWTClaimsSet claims(String token) {
        try {
            var signed = SignedJWT.parse(token);
            String key = signed.getHeader().getKeyID();
            if (keys.isEmpty() || (key != null && keys.getKeyByKeyId(key) == null)) {
                fetchForUnknownKey();
                throw Access.unauthorised(
                        "no key of %s is known here by which the token is signed; they are fetched again every %d s"
                                .formatted(oidc.issuer(), FETCH_AGAIN.toSeconds()));
            }
            return processor.process(signed, null);
        } catch (ParseException | BadJOSEException | JOSEException e) {
            throw Access.unauthorised(
                    "the token isn't one of %s: %s".formatted(oidc.issuer(), e.getMessage()));
        }
    }

    private boolean isOperator(Object claim) {
        return oidc.value().equals(claim)
                || (claim instanceof Collection<?> all && all.contains(oidc.value()));
    }

    /// The provider's id for him, and the address by which people know him.
    private static String name(JWTClaimsSet claims) {
        String email = claims.getClaim("email") instanceof String text ? " " + text : "";
        String name = claims.getSubject() + email;
        return name.substring(0, Math.min(name.length(), NAME_LENGTH_MAX));
    }

    private boolean isOlderThan(Duration age) {
        return System.nanoTime() - fetchedNs > age.toNanos();
    }

    private void fetchIfDue() {
        if (keys.isEmpty() || isOlderThan(FETCH_EVERY)) {
            fetch();
        }
    }

    private void fetchForUnknownKey() {
        if (isOlderThan(FETCH_AGAIN)) {
            fetch();
        }
    }

    private void fetch() {
        if (fetching.compareAndSet(false, true)) {
            vertx.executeBlocking(this::fetched)
                    .onComplete(
                            all -> {
                                keys = all;
                                fetchedNs = System.nanoTime();
                                fetching.set(false);
                            },
                            e -> {
                                LOG.warn(
                                        "the keys of {} can't be fetched, next in {} s: {}",
                                        oidc.issuer(),
                                        FETCH_AGAIN.toSeconds(),
                                        e.getMessage());
                                fetching.set(false);
                            });
        }
    }

    private JWKSet fetched() throws IOException, InterruptedException {
        try (var client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .build()) {
            String base = oidc.issuer().toString().replaceAll("/$", "");
            String text = get(client, URI.create(base + "/.well-known/openid-configuration"));
            var description = Json.LENIENT.readValue(text, Description.class);
            URI jwks = description.jwksUri();
            if (!oidc.issuer().equals(description.issuer()) || !Oidc.isSafe(jwks)) {
                throw new IOException(
                        "it says that it is %s with keys at %s"
                                .formatted(description.issuer(), jwks));
            }
            return JWKSet.parse(get(client, jwks)).toPublicJWKSet();
        } catch (ParseException e) {
            throw new IOException("its keys can't be read: " + e.getMessage(), e);
        }
    }

    private static String get(HttpClient client, URI url) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url).timeout(ANSWER_TIMEOUT).build();
        var answer =
                client.send(
                        request,
                        _ ->
                                BodySubscribers.limiting(
                                        BodySubscribers.ofString(StandardCharsets.UTF_8),
                                        ANSWER_BYTES_MAX));
        if (answer.statusCode() != 200) {
            throw new IOException("%s answered %d".formatted(url, answer.statusCode()));
        }
        return answer.body();
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
