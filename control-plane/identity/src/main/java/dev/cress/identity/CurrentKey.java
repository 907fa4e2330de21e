package dev.cress.identity;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/// One key and its certificate, for either end of TLS, which may be replaced while it is in use:
/// handshakes that begin later show the new one.
public final class CurrentKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "current";

    private volatile Pair pair;

    /// @param chain the key's own certificate first
    private record Pair(PrivateKey key, List<X509Certificate> chain) {}

    /// @param chain the key's own certificate first
    public CurrentKey(PrivateKey key, List<X509Certificate> chain) {
        pair = new Pair(key, List.copyOf(chain));
    }

    /// Shows these from now on.
    ///
    /// @param chain the key's own certificate first
    public void replace(PrivateKey key, List<X509Certificate> chain) {
        pair = new Pair(key, List.copyOf(chain));
    }

    /// The key's own certificate.
    public X509Certificate certificate() {
        return pair.chain.getFirst();
    }

    private @Nullable String aliasFor(String keyType) {
        return pair.key.getAlgorithm().equals(keyType) ? ALIAS : null;
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return aliasFor(keyType);
    }

    @Override
    public String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return ALIAS;
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return aliasFor(keyType);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return pair.chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return pair.key;
    }
}
