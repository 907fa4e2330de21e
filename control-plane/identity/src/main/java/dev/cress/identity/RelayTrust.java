package dev.cress.identity;

import dev.cress.contract.Role;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Trusts a relay of the fleet in the place of the control plane, at whatever address: its
/// certificate is a member's, which says who it is and no host's name. Nobody else takes it for a
/// server's: it isn't one for TLS's servers (RFC 5280 §4.2.1.12). Thread-safe.
final class RelayTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager control;
    private final MemberTrust members;

    /// @param control how the control plane itself is known
    RelayTrust(X509ExtendedTrustManager control, MemberTrust members) {
        this.control = control;
        this.members = members;
    }

    /// Whether it is a relay's and good.
    private boolean isRelays(X509Certificate[] chain) throws CertificateException {
        if (MemberTrust.member(chain[0]).filter(who -> who.role() == Role.RELAY).isEmpty()) {
            return false;
        }
        members.check(chain[0]);
        chain[0].checkValidity();
        return true;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        if (!isRelays(chain)) {
            control.checkServerTrusted(chain, type);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        if (!isRelays(chain)) {
            control.checkServerTrusted(chain, type, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        if (!isRelays(chain)) {
            control.checkServerTrusted(chain, type, engine);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw forServers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        throw forServers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        throw forServers();
    }

    private static CertificateException forServers() {
        return new CertificateException("this is how servers are known");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
