package dev.cress.control.trust;

import dev.cress.contract.Sha256;
import dev.cress.identity.CurrentKey;
import dev.cress.identity.IdentityException;
import dev.cress.identity.MemberTrust;
import dev.cress.identity.Pem;
import dev.cress.identity.PinnedTrust;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// TLS on the control port: version 1.3 only, and a client's certificate is asked for, but not
/// demanded: people come with tokens. Thread-safe.
public final class ServerTls {
    private final Authority authority;
    private final KeyCertOptions key;
    private final @Nullable Sha256 known;
    private final Renewal renewal;

    /// Makes the port's certificate anew.
    private interface Renewal {
        void renew(Instant now);
    }

    private ServerTls(
            Authority authority, KeyCertOptions key, @Nullable Sha256 known, Renewal renewal) {
        this.authority = authority;
        this.key = key;
        this.known = known;
        this.renewal = renewal;
    }

    /// With certificates of the fleet's authority. The key is made here and kept nowhere.
    ///
    /// @param names hosts and addresses at which the port is reached
    public static ServerTls byAuthority(Authority authority, List<String> names, Instant now) {
        KeyPair keys = Authority.freshKeys();
        var current = new CurrentKey(keys.getPrivate(), chain(authority, keys, names, now));
        return new ServerTls(
                authority,
                KeyCertOptions.wrap(current),
                authority.digest(),
                later -> current.replace(keys.getPrivate(), chain(authority, keys, names, later)));
    }

    private static List<X509Certificate> chain(
            Authority authority, KeyPair keys, List<String> names, Instant now) {
        return List.of(
                authority.issueServer(keys.getPublic(), names, now), authority.certificate());
    }

    /// With the operator's own certificate; members are still known by the fleet's authority.
    ///
    /// @param chain PEM, the port's own certificate first. If its last signed itself, members know
    ///     the port by that one, else by the authorities of their JDK
    /// @param key PEM
    public static ServerTls given(Authority authority, Path chain, Path key) {
        try {
            var all = Pem.certificates(Files.readString(chain));
            if (all.isEmpty()) {
                throw new IdentityException("it has none");
            }
            X509Certificate last = all.getLast();
            boolean root = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
            return new ServerTls(
                    authority,
                    new PemKeyCertOptions()
                            .setCertPath(chain.toString())
                            .setKeyPath(key.toString()),
                    root ? PinnedTrust.digest(last) : null,
                    _ -> {});
        } catch (IOException | IdentityException e) {
            throw new IdentityException(
                    "certificate %s can't be read: %s".formatted(chain, e.getMessage()), e);
        }
    }

    /// The SHA-256 of the certificate that ends its chain, or null if every JDK trusts that.
    public @Nullable Sha256 known() {
        return known;
    }

    /// The fleet's authority.
    public Authority authority() {
        return authority;
    }

    /// By which members are known.
    public MemberTrust members() {
        return new MemberTrust(authority.certificate());
    }

    /// Has the server speak TLS.
    public void configure(HttpServerOptions options) {
        options.setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(key)
                .setClientAuth(ClientAuth.REQUEST)
                .setTrustOptions(TrustOptions.wrap(members()));
    }

    /// Makes the port's certificate anew, for connections that come later. Whoever gave it renews
    /// his own.
    public void renew(Instant now) {
        renewal.renew(now);
    }
}
