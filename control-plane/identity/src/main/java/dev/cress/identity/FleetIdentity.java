package dev.cress.identity;

import dev.cress.contract.Api;
import dev.cress.contract.CressPath;
import dev.cress.contract.JoinString;
import dev.cress.contract.Member;
import dev.cress.contract.Sha256;
import dev.cress.contract.Trust;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// Who a member of the fleet is: a key that was made here and a certificate of the control plane's
/// for it. What it gives to TLS stays right when the certificate is renewed. Thread-safe.
public final class FleetIdentity {
    /// How often it is looked whether the certificate wants to be renewed, and how soon a renewal
    /// that failed is tried again.
    static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(FleetIdentity.class);

    private final IdentityFolder folder;
    private final CurrentKey key;
    private final X509ExtendedTrustManager trusted;
    private final SSLContext tls;
    private final MemberTrust members;
    private final IdentityFolder.Fleet fleet;

    private FleetIdentity(IdentityFolder folder, IdentityFolder.Kept kept) {
        this.folder = folder;
        fleet = kept.fleet();
        var chain = Pem.certificates(kept.pem());
        key = new CurrentKey(Pem.key(kept.pem()), chain);
        members = new MemberTrust(chain.getLast());
        trusted = PinnedTrust.to(fleet.trust().authority());
        tls = tls(key, trusted);
    }

    /// Whoever joined with this folder, if somebody did.
    public static Optional<FleetIdentity> open(Path folder) {
        var files = new IdentityFolder(folder);
        return files.read().map(kept -> new FleetIdentity(files, kept));
    }

    /// Joins: makes a key in this folder and has it certified. Blocks. If the answer gets lost it
    /// is asked for again, for the same key.
    ///
    /// @param name by which it wants to be known, unless the join string was made for another
    /// @param region where it is, or null if the join string is to say
    public static FleetIdentity join(
            Path folder, JoinString by, String name, @Nullable String region) {
        var files = new IdentityFolder(folder);
        var request = files.joining(digest(by));
        var trusted = PinnedTrust.to(by.trust().authority());
        var client = new JoinClient(by.control(), tls(null, trusted));
        Api.Joined joined =
                client.post(CressPath.JOIN, new Api.Join(by.secret(), name, region, request.csr()));
        chain(request, joined);
        LOG.info("joined as {}", joined.member());
        var fleet =
                new IdentityFolder.Fleet(
                        by.control(),
                        digest(by),
                        joined.member(),
                        joined.latitude(),
                        joined.longitude(),
                        joined.trust());
        String pem = Pem.write(request.key()) + joined.certificate();
        files.begin(fleet, pem);
        return new FleetIdentity(files, new IdentityFolder.Kept(fleet, pem));
    }

    /// The certificates that were given, if they are for what was asked.
    private static List<X509Certificate> chain(CertificateRequest request, Api.Joined joined) {
        List<X509Certificate> chain = Pem.certificates(joined.certificate());
        if (chain.isEmpty() || !request.isAnsweredBy(chain.getFirst())) {
            throw new IdentityException("the control plane certified another key");
        }
        return chain;
    }

    private static Sha256 digest(JoinString by) {
        return Sha256.of(by.secret().getBytes(StandardCharsets.UTF_8));
    }

    /// Whether this is who joined with that.
    public boolean isBy(JoinString string) {
        return fleet.joinedBy().equals(digest(string));
    }

    /// How TLS is to be spoken with the control plane.
    ///
    /// @param key what this side shows, or null for nothing
    private static SSLContext tls(@Nullable CurrentKey key, X509ExtendedTrustManager trusted) {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(
                    key == null ? null : new KeyManager[] {key},
                    new TrustManager[] {trusted},
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IdentityException("TLS 1.3 can't be spoken: " + e, e);
        }
    }

    /// TLS with a control plane that is known by this, without a key of one's own.
    public static SSLContext anonymous(Trust trust) {
        return tls(null, PinnedTrust.to(trust.authority()));
    }

    public Member member() {
        return fleet.member();
    }

    public URI control() {
        return fleet.control();
    }

    /// By what the control plane was known at the join.
    public Trust trust() {
        return fleet.trust();
    }

    /// The keys whose word is taken: those of the join, and those for which one of them vouched.
    public KnownKeys signingKeys() {
        return KnownKeys.open(folder.signingKeys(), fleet.trust().keys());
    }

    /// Where it shall say it is, in degrees, if the join string said so.
    public Optional<Double> latitude() {
        return Optional.ofNullable(fleet.latitude());
    }

    public Optional<Double> longitude() {
        return Optional.ofNullable(fleet.longitude());
    }

    /// Shows the newest certificate and trusts the control plane only.
    public SSLContext tls() {
        return tls;
    }

    /// The first part of [#tls()], for a library that makes its own.
    public X509ExtendedKeyManager keys() {
        return key;
    }

    /// The second part of [#tls()].
    public X509ExtendedTrustManager trusted() {
        return trusted;
    }

    /// Who is known at this address: the control plane alone at its own, also relays elsewhere.
    public X509ExtendedTrustManager trusted(URI address) {
        return address.equals(fleet.control()) ? trusted : new RelayTrust(trusted, members);
    }

    /// Shows the newest certificate and trusts whom [#trusted(URI)] does.
    public SSLContext tls(URI address) {
        return address.equals(fleet.control()) ? tls : tls(key, trusted(address));
    }

    /// How other members are known: by the authority that certified this one.
    public MemberTrust members() {
        return members;
    }

    /// The newest certificate.
    public X509Certificate certificate() {
        return key.certificate();
    }

    /// Whether two thirds of the certificate's time are over.
    boolean isDue(Instant now) {
        var certificate = certificate();
        Instant begin = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(begin, certificate.getNotAfter().toInstant());
        return now.isAfter(begin.plus(life.multipliedBy(2).dividedBy(3)));
    }

    /// Has a fresh key certified, in the place of the one in use. Of the answer nothing counts but
    /// the certificate: who this is and whom it trusts was said at the join. Blocks.
    public void renew() {
        renewAt(fleet.control());
    }

    /// The same, or where that control plane can't, by another of these: one that shares its store.
    /// A relay among them is no control plane, which TLS says before anything is asked.
    ///
    /// @param ways to the control plane
    public void renew(List<URI> ways) {
        try {
            renew();
        } catch (IdentityException e) {
            boolean renewed =
                    ways.stream()
                            .filter(way -> !way.equals(fleet.control()))
                            .anyMatch(way -> isRenewedAt(way, e));
            if (!renewed) {
                throw e;
            }
        }
    }

    private boolean isRenewedAt(URI way, IdentityException before) {
        try {
            renewAt(way);
            return true;
        } catch (IdentityException e) {
            before.addSuppressed(e);
            return false;
        }
    }

    private void renewAt(URI control) {
        var request = CertificateRequest.fresh();
        // TLS of its own: one that had shown an older certificate might resume with that
        var client = new JoinClient(control, tls(key, trusted));
        Api.Joined joined = client.post(CressPath.JOIN_RENEW, new Api.Renewal(request.csr()));
        List<X509Certificate> chain = chain(request, joined);
        if (!joined.member().equals(fleet.member())) {
            throw new IdentityException(
                    "the control plane's certificate is for %s, this is %s"
                            .formatted(joined.member(), fleet.member()));
        }
        folder.write(fleet, Pem.write(request.key()) + joined.certificate());
        key.replace(request.key(), chain);
        LOG.info("certificate renewed until {}", certificate().getNotAfter().toInstant());
    }

    /// What is done until it is closed.
    public interface Renewing extends AutoCloseable {
        @Override
        void close();
    }

    /// Renews whenever it is due, on a thread of its own, until it is closed.
    ///
    /// @param ways to the control plane, for when the one where it joined is away
    public Renewing keepRenewed(InstantSource clock, List<URI> ways) {
        var thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("cress-identity").factory());
        // Not all at the same moment, or a fleet that was started as one would come as one.
        long firstMs = ThreadLocalRandom.current().nextLong(LOOK_EVERY.toMillis());
        long first = isDue(clock.instant()) ? 0 : firstMs;
        var _ =
                thread.scheduleWithFixedDelay(
                        () -> renewIfDue(clock, ways),
                        first,
                        LOOK_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
        return thread::shutdownNow;
    }

    private void renewIfDue(InstantSource clock, List<URI> ways) {
        try {
            if (isDue(clock.instant())) {
                renew(ways);
            }
        } catch (IdentityException e) {
            LOG.warn(
                    "certificate not renewed, next in {} s: {}",
                    LOOK_EVERY.toSeconds(),
                    e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("certificate not renewed", e);
        }
    }
}
