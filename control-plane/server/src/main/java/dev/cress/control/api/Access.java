package dev.cress.control.api;

import dev.cress.contract.Api.NewToken;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Api.TokenInfo;
import dev.cress.contract.Sha256;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Scope;
import dev.cress.control.store.Secrets;
import dev.cress.control.store.Store;
import dev.cress.control.store.StoredToken;
import dev.cress.control.store.Terms;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

    private static final String WHERE =
            "send 'authorization: Bearer TOKEN'. The CLI takes --token, CRESS_TOKEN,"
                    + " <CRESS_DATA>/operator.token, then what is registered for this URL";

    private final Store store;
    private final InstantSource clock;
    private final Map<Sha256, StoredToken> tokens = new ConcurrentHashMap<>();

    /// Ids of those that are stored nowhere.
    private final Set<String> ofThisProcess = ConcurrentHashMap.newKeySet();

    public Access(Store store, InstantSource clock, List<StoredToken> stored) {
        this.store = store;
        this.clock = clock;
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

    /// Whom the header names, if one of these scopes is his or he is an operator.
    Grant check(@Nullable String authorization, Set<Scope> allowed) {
        StoredToken token = tokens.get(hash(secret(authorization)));
        if (token == null) {
            throw unauthorised("the token is unknown or revoked");
        }
        if (token.scope() != Scope.OPERATOR && !allowed.contains(token.scope())) {
            String needed =
                    allowed.stream().map(Scope::text).sorted().collect(Collectors.joining(" or "));
            throw Refusal.of(
                    403,
                    "forbidden",
                    "Forbidden",
                    "token %s has scope %s, this needs %s"
                            .formatted(
                                    token.name(),
                                    token.scope().text(),
                                    needed.isEmpty() ? "operator" : needed + " or operator"));
        }
        return new Grant(token.id(), token.name(), token.scope());
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

    private static Refusal unauthorised(String why) {
        return Refusal.of(
                401,
                "unauthorised",
                "Unauthorised",
                why + ": " + WHERE,
                Map.of("www-authenticate", "Bearer"));
    }

    Future<TokenCreated> issue(Terms terms, NewToken asked) {
        String secret = newSecret();
        StoredToken token = token(asked.name(), Scope.of(asked.scope()), secret);
        return store.putToken(terms, token, new TokenCreated(info(token), secret))
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
        StoredToken token = token(name, scope, secret);
        ofThisProcess.add(token.id());
        tokens.put(token.hash(), token);
    }

    private StoredToken token(String name, Scope scope, String secret) {
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX) {
            throw Refusal.invalid(
                    "invalid-value",
                    "a token's name has 1 to %d characters".formatted(NAME_LENGTH_MAX));
        }
        return new StoredToken(Secrets.hex(6), hash(secret), name, scope, clock.millis());
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
        return gone;
    }

    /// Oldest first.
    List<TokenInfo> list() {
        return tokens.values().stream()
                .sorted(
                        Comparator.comparingLong(StoredToken::createdAtMs)
                                .thenComparing(StoredToken::id))
                .map(Access::info)
                .toList();
    }

    private static TokenInfo info(StoredToken token) {
        return new TokenInfo(token.id(), token.name(), token.scope().text(), token.createdAtMs());
    }

    Future<Void> revoke(Terms terms, String id) {
        return store.deleteToken(terms, id)
                .map(
                        stored -> {
                            boolean known =
                                    tokens.values().removeIf(token -> token.id().equals(id));
                            ofThisProcess.remove(id);
                            if (!known && !stored) {
                                throw Refusal.of(
                                        404,
                                        "unknown-token",
                                        "Unknown token",
                                        "there is no token " + id);
                            }
                            return null;
                        });
    }
}
