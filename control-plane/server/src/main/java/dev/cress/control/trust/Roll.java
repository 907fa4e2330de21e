package dev.cress.control.trust;

import dev.cress.contract.Member;
import dev.cress.control.store.Membership;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.StoredMember;
import dev.cress.identity.MemberTrust;

import io.vertx.core.http.HttpServerRequest;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// The members of the fleet, and who of them somebody is that shows a certificate. A certificate
/// is good as long as the store has its serial number: one that isn't there was revoked, or never
/// given. Thread-safe.
public final class Roll {
    private final InstantSource clock;
    private final Map<String, StoredMember> members = new ConcurrentHashMap<>();

    public Roll(InstantSource clock, Collection<StoredMember> stored) {
        this.clock = clock;
        stored.forEach(this::put);
    }

    /// A member that has shown one of its certificates.
    ///
    /// @param serial of that one
    public record Shown(Member member, String serial) {
        /// Names the certificate among credentials.
        public String credential() {
            return Roll.credential(member.name(), serial);
        }
    }

    private static String credential(String name, String serial) {
        return "certificate %s of %s".formatted(serial, name);
    }

    /// Who asks, if he shows a certificate at all; refuses one that isn't good.
    public Optional<Shown> caller(HttpServerRequest request) {
        return certificate(request).map(certificate -> known(certificate, Duration.ZERO));
    }

    /// The same for somebody who has shown it elsewhere: that it is the fleet's has yet to be seen.
    ///
    /// @param trust in the fleet's authority
    public Shown elsewhere(X509Certificate certificate, MemberTrust trust) {
        try {
            trust.check(certificate);
        } catch (CertificateException e) {
            throw unauthorised(String.valueOf(e.getMessage()));
        }
        return known(certificate, Duration.ZERO);
    }

    /// The same for one that may have run out a while ago and wants the next.
    public Shown renewing(HttpServerRequest request) {
        return certificate(request)
                .map(certificate -> known(certificate, Membership.RENEWED_LATE_MAX))
                .orElseThrow(
                        () -> unauthorised("a certificate is renewed by whoever shows it in TLS"));
    }

    private static Optional<X509Certificate> certificate(HttpServerRequest request) {
        SSLSession session = request.connection().sslSession();
        if (session == null) {
            return Optional.empty();
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate shown
                    ? Optional.of(shown)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private Shown known(X509Certificate certificate, Duration late) {
        Member member = member(certificate);
        String serial = Authority.serial(certificate);
        StoredMember stored = members.get(member.name());
        if (stored == null || !stored.member().equals(member) || !stored.has(serial)) {
            throw Membership.revoked(member);
        }
        Instant end = certificate.getNotAfter().toInstant();
        if (clock.instant().isAfter(end.plus(late))) {
            throw unauthorised(
                    "the certificate of %s ran out at %s; it is renewed for %d days after that"
                            .formatted(member, end, Membership.RENEWED_LATE_MAX.toDays()));
        }
        return new Shown(member, serial);
    }

    private static Member member(X509Certificate certificate) {
        return MemberTrust.member(certificate)
                .orElseThrow(() -> unauthorised("the certificate names no member"));
    }

    private static Refusal unauthorised(String why) {
        return Refusal.of(401, "unauthorised", "Unauthorised", why);
    }

    /// Everybody, by name.
    public List<StoredMember> list() {
        return members.values().stream()
                .sorted((a, b) -> a.member().name().compareTo(b.member().name()))
                .toList();
    }

    /// The member of this name, if there is one.
    public Optional<StoredMember> find(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /// Takes a member as it is stored.
    ///
    /// @return credentials that are good no more
    public List<String> put(StoredMember member) {
        var before = members.put(member.member().name(), member);
        return before == null ? List.of() : gone(before, member);
    }

    /// @return credentials that are good no more
    public List<String> remove(String name) {
        var before = members.remove(name);
        return before == null ? List.of() : credentials(before);
    }

    /// What was found when all members were read again.
    ///
    /// @param credentials that are good no more
    /// @param names of those that are no members any more
    public record Gone(List<String> credentials, List<String> names) {
        public Gone {
            credentials = List.copyOf(credentials);
            names = List.copyOf(names);
        }
    }

    /// Takes all members as they are stored, whoever changed them.
    public Gone refresh(List<StoredMember> stored) {
        var gone = new ArrayList<String>();
        var left = new ArrayList<String>();
        Set<String> names =
                stored.stream().map(each -> each.member().name()).collect(Collectors.toSet());
        List.copyOf(members.keySet()).stream()
                .filter(name -> !names.contains(name))
                .forEach(
                        name -> {
                            left.add(name);
                            gone.addAll(remove(name));
                        });
        stored.forEach(each -> gone.addAll(put(each)));
        return new Gone(gone, left);
    }

    /// Credentials of members who let their last certificate run out, for whoever holds sessions
    /// that they opened.
    public List<String> expired() {
        long nowMs = clock.millis();
        return members.values().stream()
                .filter(member -> member.endsAtMs() <= nowMs)
                .flatMap(member -> credentials(member).stream())
                .toList();
    }

    private static List<String> gone(StoredMember before, StoredMember now) {
        boolean another = !before.member().equals(now.member());
        return credentials(before).stream()
                .filter(each -> another || !credentials(now).contains(each))
                .toList();
    }

    private static List<String> credentials(StoredMember member) {
        String name = member.member().name();
        return member.previous().isEmpty()
                ? List.of(credential(name, member.serial()))
                : List.of(credential(name, member.serial()), credential(name, member.previous()));
    }
}
