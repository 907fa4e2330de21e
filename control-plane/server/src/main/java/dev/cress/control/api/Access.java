package dev.cress.control.api;

import dev.cress.contract.Api.NewToken;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Api.TokenInfo;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Scope;
import dev.cress.control.store.Secrets;
import dev.cress.control.store.Store;
import dev.cress.control.store.StoredToken;
import dev.cress.control.store.Terms;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Bearer tokens: who holds which scope. Only hashes are kept, and looked up in memory; how long a
/// look-up takes tells nothing but which hash was near, and nobody can choose the hash of a secret.
/// Thread-safe.
public final class Access {
    /// What every token begins with, so that one in the wrong place is noticed.
    public static final String PREFIX = "cress_";

    private static final int SECRET_BYTES = 32;
    private static final int NAME_LENGTH_MAX = 100;

    /// How exactly it is known when a token was used last.
    static final Duration USED_EVERY = Duration.ofMinutes(1);

    private static final String WHERE =
            "send 'authorization: Bearer TOKEN'. The CLI takes --token, CRESS_TOKEN,"
                    + " <CRESS_DATA>/operator.token, then what is registered for this URL";

    private final Store store;
    private final InstantSource clock;
    private final Map<Sha256, StoredToken> tokens = new ConcurrentHashMap<>();

    /// When each was used, ms since the epoch, to the minute; and of these, what isn't stored yet.
    private final Map<String, Long> lastUsedMs = new ConcurrentHashMap<>();

    private final Map<String, Long> unwritten = new ConcurrentHashMap<>();

    /// Ids of those that are stored nowhere.
    private final Set<String> ofThisProcess = ConcurrentHashMap.newKeySet();

    private final Optional<OidcTokens> oidc;

    /// @param oidc operators' tokens of somebody else, who vouches for them
    public Access(
            Store store, InstantSource clock, List<StoredToken> stored, Optional<OidcTokens> oidc) {
        this.store = store;
        this.clock = clock;
        this.oidc = oidc;
        stored.forEach(token -> tokens.put(token.hash(), token));
    }

    /// A fresh secret.
    public static String newSecret() {
        return PREFIX + Secrets.base64(SECRET_BYTES);
    }

    /// The form in which a secret is kept.
    public static Sha256 hash(String secret) {
        return Sha256.of(secret.getBytes(StandardCharsets.UTF_8));
    }

    /// Whom the header names.
    Grant check(@Nullable String authorization) {
        String secret = secret(authorization);
        if (oidc.isPresent() && OidcTokens.isOne(secret)) {
            return oidc.get().check(secret);
        }
        StoredToken token = tokens.get(hash(secret));
        if (token == null) {
            throw unauthorised("the token is unknown or revoked");
        }
        long nowMs = clock.millis();
        if (token.isExpired(nowMs)) {
            throw unauthorised(
                    "token %s expired at %s"
                            .formatted(token.name(), Instant.ofEpochMilli(token.expiresAtMs())));
        }
        used(token.id(), nowMs);
        return new Grant(token.id(), token.name(), token.scope(), token.tenant());
    }

    /// The caller lacks the scope, whatever he asks for.
    static Refusal forbidden(Grant caller, Set<Scope> allowed) {
        String needed =
                allowed.stream().map(Scope::text).sorted().collect(Collectors.joining(" or "));
        return Refusal.of(
                403,
                "forbidden",
                "Forbidden",
                "token %s has scope %s, this needs %s"
                        .formatted(
                                caller.name(),
                                caller.scope().text(),
                                needed.isEmpty() ? "operator" : needed + " or operator"));
    }

    /// Once a minute is enough to know which tokens nobody needs any more.
    private void used(String id, long nowMs) {
        Long last = lastUsedMs.get(id);
        if (last == null || nowMs - last >= USED_EVERY.toMillis()) {
            lastUsedMs.put(id, nowMs);
            if (!ofThisProcess.contains(id)) {
                unwritten.put(id, nowMs);
            }
        }
    }

    /// Has the store know when tokens were used. What a failure loses is said again in a minute.
    public Future<Void> writeUses() {
        var uses = Map.copyOf(unwritten);
        uses.forEach(unwritten::remove);
        return uses.isEmpty() ? Future.succeededFuture() : store.tokensUsed(uses);
    }

    /// The ids of tokens that are over, for whoever holds sessions that they opened.
    public List<String> expired() {
        long nowMs = clock.millis();
        return tokens.values().stream()
                .filter(token -> token.isExpired(nowMs))
                .map(StoredToken::id)
                .toList();
    }

    /// With TLS nodes and routers aren't let in by tokens, which would say nothing of who they are.
    static Refusal certificateNeeded() {
        return Refusal.of(
                403,
                "certificate-needed",
                "Certificate needed",
                "nodes and routers show a certificate here: join with `cress node join-token`");
    }

    /// The secret that the header carries.
    static String secret(@Nullable String authorization) {
        if (authorization == null) {
            throw unauthorised("no token");
        }
        String[] parts = authorization.strip().split(" +", 2);
        if (parts.length != 2 || !parts[0].equalsIgnoreCase("bearer")) {
            throw unauthorised("no bearer token");
        }
        return parts[1];
    }

    static Refusal unauthorised(String why) {
        return Refusal.of(
                401,
                "unauthorised",
                "Unauthorised",
                why + ": " + WHERE,
                Map.of("www-authenticate", "Bearer"));
    }

    Future<TokenCreated> issue(Terms terms, NewToken asked) {
        String secret = newSecret();
        var scope = Scope.of(asked.scope());
        var token =
                token(asked.name(), scope, tenant(scope, asked.tenant()), secret, expiry(asked));
        return store.putToken(terms, token, new TokenCreated(info(token, 0), secret))
                .map(
                        created -> {
                            if (created.token().equals(secret)) {
                                tokens.put(token.hash(), token);
                            }
                            return created;
                        });
    }

    /// Lets this secret in as long as this process lives and stores nothing: for parts of the fleet
    /// that run beside the control plane.
    public void letIn(String name, Scope scope, String secret) {
        StoredToken token = token(name, scope, tenant(scope, null), secret, 0);
        ofThisProcess.add(token.id());
        tokens.put(token.hash(), token);
    }

    private static String tenant(Scope scope, @Nullable TenantName asked) {
        if (scope.isTenants()) {
            return (asked == null ? TenantName.DEFAULT : asked).value();
        }
        if (asked != null) {
            throw Refusal.invalid(
                    "invalid-value",
                    "a token of scope %s is the fleet's, not tenant %s's"
                            .formatted(scope.text(), asked));
        }
        return "";
    }

    private long expiry(NewToken asked) {
        Long inS = asked.expiresInS();
        if (inS == null) {
            return 0;
        }
        if (inS < 1 || inS > NewToken.EXPIRES_IN_S_MAX) {
            throw Refusal.invalid(
                    "invalid-value",
                    "expires_in_s = %d, from 1 to %d".formatted(inS, NewToken.EXPIRES_IN_S_MAX));
        }
        return clock.millis() + inS * 1_000;
    }

    private StoredToken token(
            String name, Scope scope, String tenant, String secret, long expiresAtMs) {
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX) {
            throw Refusal.invalid(
                    "invalid-value",
                    "a token's name has 1 to %d characters".formatted(NAME_LENGTH_MAX));
        }
        long nowMs = clock.millis();
        return new StoredToken(
                Secrets.hex(6), hash(secret), name, scope, tenant, nowMs, expiresAtMs, 0);
    }

    /// Takes all tokens as they are stored, whoever changed them.
    ///
    /// @return the ids of those that are gone
    public List<String> refresh(List<StoredToken> stored) {
        Set<String> kept = stored.stream().map(StoredToken::id).collect(Collectors.toSet());
        stored.forEach(token -> tokens.put(token.hash(), token));
        List<String> gone =
                tokens.values().stream()
                        .map(StoredToken::id)
                        .filter(id -> !kept.contains(id) && !ofThisProcess.contains(id))
                        .toList();
        tokens.values().removeIf(token -> gone.contains(token.id()));
        lastUsedMs.keySet().removeAll(gone);
        return gone;
    }

    /// Oldest first, with the last use that any server knows of.
    ///
    /// @param tenant whose, or empty for all
    Future<List<TokenInfo>> list(String tenant) {
        return store.tokens()
                .map(
                        stored -> {
                            Map<String, Long> used =
                                    stored.stream()
                                            .collect(
                                                    Collectors.toMap(
                                                            StoredToken::id,
                                                            StoredToken::lastUsedMs));
                            return tokens.values().stream()
                                    .filter(
                                            token ->
                                                    tenant.isEmpty()
                                                            || token.tenant().equals(tenant))
                                    .sorted(
                                            Comparator.comparingLong(StoredToken::createdAtMs)
                                                    .thenComparing(StoredToken::id))
                                    .map(token -> info(token, used.getOrDefault(token.id(), 0L)))
                                    .toList();
                        });
    }

    private TokenInfo info(StoredToken token, long usedMs) {
        long lastMs = Math.max(usedMs, lastUsedMs.getOrDefault(token.id(), 0L));
        return new TokenInfo(
                token.id(),
                token.name(),
                token.scope().text(),
                token.tenant().isEmpty() ? null : new TenantName(token.tenant()),
                token.createdAtMs(),
                token.expiresAtMs() == 0 ? null : token.expiresAtMs(),
                lastMs == 0 ? null : lastMs);
    }

    Future<Void> revoke(Terms terms, String id) {
        return store.deleteToken(terms, id)
                .map(
                        stored -> {
                            boolean known =
                                    tokens.values().removeIf(token -> token.id().equals(id));
                            ofThisProcess.remove(id);
                            lastUsedMs.remove(id);
                            if (!known && !stored) {
                                throw unknown(id);
                            }
                            return null;
                        });
    }

    /// There is no such token, or the caller may not know of it.
    static Refusal unknown(String id) {
        return Refusal.of(404, "unknown-token", "Unknown token", "there is no token " + id);
    }

    /// Forgets a tenant's tokens, which are stored no more.
    ///
    /// @return their ids
    List<String> forget(TenantName tenant) {
        List<String> gone =
                tokens.values().stream()
                        .filter(token -> token.tenant().equals(tenant.value()))
                        .map(StoredToken::id)
                        .toList();
        tokens.values().removeIf(token -> gone.contains(token.id()));
        lastUsedMs.keySet().removeAll(gone);
        return gone;
    }
}
