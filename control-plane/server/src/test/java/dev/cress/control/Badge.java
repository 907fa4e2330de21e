package dev.cress.control;

import dev.cress.contract.Member;
import dev.cress.control.store.Issued;
import dev.cress.control.trust.Authority;
import dev.cress.identity.CurrentKey;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.Pem;
import dev.cress.identity.PinnedTrust;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// What somebody shows in TLS, be it the fleet's or a forgery.
record Badge(X509ExtendedKeyManager key, X509ExtendedTrustManager trusted) {
    static Badge of(FleetIdentity identity) {
        return new Badge(identity.keys(), identity.trusted());
    }

    /// A certificate of this authority, and the key that it is for.
    record Certified(KeyPair keys, Issued issued) {
        static Certified by(Authority authority, Member member, Instant now) {
            try {
                var generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                KeyPair keys = generator.generateKeyPair();
                return new Certified(keys, authority.issue(keys.getPublic(), member, now));
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        /// As a member keeps it.
        String pem() {
            return Pem.write(keys.getPrivate()) + issued.pem();
        }
    }

    static Badge of(Certified certified, ControlPlane control) {
        return new Badge(
                new CurrentKey(
                        certified.keys().getPrivate(), Pem.certificates(certified.issued().pem())),
                PinnedTrust.to(control.authority().orElseThrow()));
    }

    /// A client that shows it.
    HttpClient client(String protocol) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {key}, new TrustManager[] {trusted}, null);
            var parameters = new SSLParameters();
            parameters.setProtocols(new String[] {protocol});
            return HttpClient.newBuilder().sslContext(context).sslParameters(parameters).build();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
