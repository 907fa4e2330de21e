package dev.cress.control.store;

import dev.cress.contract.Api.JoinTokenCreated;
import dev.cress.contract.Api.KeyRotated;
import dev.cress.contract.Api.MemberRemoved;
import dev.cress.contract.Json;
import dev.cress.contract.Member;
import dev.cress.contract.SecretsApi.HeldSecret;
import dev.cress.contract.Sha256;

import io.vertx.core.Future;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Who belongs to the fleet, as the store keeps it. May be called from any thread.
public final class Membership {
    /// For how long a join token lets somebody in.
    public static final Duration JOIN_WITHIN = Duration.ofMinutes(15);

    /// For how long a certificate that has run out may still ask for the next.
    public static final Duration RENEWED_LATE_MAX = Duration.ofDays(30);

    /// How long nodes may learn of a key by the word of the one before.
    public static final Duration KEYS_OVERLAP = RENEWED_LATE_MAX;

    /// The setting that has the signing keys.
    static final String KEYS = "signing_keys";

    private final Store store;

    public Membership(Store store) {
        this.store = store;
    }

    /// Somebody who was let in, and his certificate.
    public record Joined(StoredMember member, JoinGrant grant, Issued issued) {}

    /// The fleet's authority, key and certificate, made at first. It is in the store, for whoever
    /// owns that: servers that share the store share it too, and a store that was moved or
    /// restored still knows its members. Blocks.
    public String authority(Supplier<String> fresh) {
        String made = fresh.get();
        return store.changeNow(tables -> Settings.ensure(tables.transaction(), "authority", made));
    }

    /// @param answer what the operator is told, by when it ends
    public Future<JoinTokenCreated> putJoinToken(
            Terms terms, Sha256 hash, JoinGrant grant, LongFunction<JoinTokenCreated> answer) {
        return store.change(
                terms.on(
                        JoinTokenCreated.class,
                        tables ->
                                answer.apply(
                                        new Members(tables)
                                                .putJoinToken(hash, grant, JOIN_WITHIN))));
    }

    /// Lets a member in, and with that uses up the token: both or neither.
    ///
    /// @param key the digest of its public key: the same may come again, if the answer got lost
    /// @param name as which it wants to be known
    /// @param region where it is, empty if it doesn't say
    public Future<Joined> join(
            Sha256 token,
            Sha256 key,
            String name,
            String region,
            long nowMs,
            Function<Member, Issued> issuer) {
        return store.change(
                tables -> {
                    var members = new Members(tables);
                    var used = members.use(token, key, name, region);
                    var grant = used.grant();
                    var member = new Member(grant.role(), grant.region(), grant.name());
                    var before = members.find(member.name());
                    if (before.isPresent()
                            && !used.again()
                            && before.get().endsAtMs() + RENEWED_LATE_MAX.toMillis() > nowMs) {
                        throw Refusal.conflict(
                                "name-taken",
                                "Name taken",
                                "%s has a certificate: remove it first, or join by another name"
                                        .formatted(before.get().member()));
                    }
                    Issued issued = issuer.apply(member);
                    var stored =
                            new StoredMember(member, issued.serial(), "", nowMs, issued.endsAtMs());
                    members.put(stored);
                    return new Joined(stored, grant, issued);
                });
    }

    /// Gives a member its next certificate, if it is still one.
    ///
    /// @param shown the serial of the certificate that it has
    public Future<Joined> renew(Member member, String shown, Function<Member, Issued> issuer) {
        return store.change(
                tables -> {
                    var members = new Members(tables);
                    var before =
                            members.find(member.name())
                                    .filter(each -> each.has(shown) && each.member().equals(member))
                                    .orElseThrow(() -> revoked(member));
                    Issued issued = issuer.apply(member);
                    var stored =
                            new StoredMember(
                                    member,
                                    issued.serial(),
                                    shown,
                                    before.joinedAtMs(),
                                    issued.endsAtMs());
                    members.put(stored);
                    var grant =
                            new JoinGrant(
                                    member.role(), member.region(), member.name(), null, null);
                    return new Joined(stored, grant, issued);
                });
    }

    /// The certificate that was shown is no member's.
    public static Refusal revoked(Member member) {
        return Refusal.of(
                401,
                "unauthorised",
                "Unauthorised",
                "the certificate of %s is revoked, or an old one".formatted(member));
    }

    /// The fleet's signing keys, made at first; in the store, as the authority is. Blocks.
    public StoredKeys keys(Supplier<StoredKeys.Key> fresh) {
        var made = new StoredKeys(List.of(fresh.get()));
        return store.changeNow(
                tables ->
                        Json.read(
                                Settings.ensure(tables.transaction(), KEYS, Json.write(made)),
                                StoredKeys.class));
    }

    /// Has another key sign.
    ///
    /// @param next makes it, by the one that signs now
    public Future<KeyRotated> rotate(Terms terms, long nowMs, UnaryOperator<StoredKeys.Key> next) {
        return store.change(
                terms.on(
                        KeyRotated.class,
                        tables -> {
                            var members = new Members(tables);
                            var rotated = members.keys().rotated(next, nowMs);
                            members.putKeys(rotated);
                            return new KeyRotated(
                                    rotated.last().announced().key(), KEYS_OVERLAP.toMillis());
                        }));
    }

    /// The signing keys as they are now.
    public Future<StoredKeys> keys() {
        return store.change(tables -> new Members(tables).keys());
    }

    /// Has the server that has the node's session tell it to drain.
    public Future<Void> askToDrain(String node) {
        return store.change(
                        tables -> {
                            tables.nodes().askToDrain(node);
                            return node;
                        })
                .mapEmpty();
    }

    /// Lets a member in no more, by none of its certificates.
    ///
    /// @param answer what the operator is told, by who it was and what it was told of secrets
    public Future<MemberRemoved> remove(
            Terms terms, String name, BiFunction<Member, List<HeldSecret>, MemberRemoved> answer) {
        return store.change(
                terms.on(
                        MemberRemoved.class,
                        tables -> {
                            var members = new Members(tables);
                            var member = members.find(name).orElseThrow(() -> unknown(name));
                            members.burn(name);
                            members.delete(name);
                            return answer.apply(member.member(), new HeldRows(tables).of(name));
                        }));
    }

    private static Refusal unknown(String name) {
        return Refusal.of(
                404,
                "unknown-member",
                "Unknown member",
                "nobody called %s has a certificate".formatted(name));
    }

    /// Refuses a join token that lets nobody in, before anything is done for whoever sent it.
    public Future<Void> requireJoinToken(Sha256 token) {
        return store.read(
                        tables -> {
                            new Members(tables).requireJoinToken(token);
                            return token;
                        })
                .mapEmpty();
    }
}
