package dev.cress.control.api;

import static dev.cress.control.api.Call.required;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.Api.Join;
import dev.cress.contract.Api.JoinTokenCreated;
import dev.cress.contract.Api.Joined;
import dev.cress.contract.Api.MemberInfo;
import dev.cress.contract.Api.MemberRemoved;
import dev.cress.contract.Api.NewJoinToken;
import dev.cress.contract.Api.Renewal;
import dev.cress.contract.Member;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Role;
import dev.cress.contract.Trust;
import dev.cress.control.store.JoinGrant;
import dev.cress.control.store.Membership;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.StoredMember;
import dev.cress.control.sync.Sync;
import dev.cress.control.trust.FleetKeys;
import dev.cress.control.trust.RequestedKey;
import dev.cress.control.trust.Roll;
import dev.cress.control.trust.ServerTls;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Members of the fleet: how they join, and renew their certificates. Lives on the event loop.
final class JoinEndpoints {
    private final Membership membership;
    private final Roll roll;
    private final Sync sync;
    private final Optional<ServerTls> tls;
    private final InstantSource clock;

    JoinEndpoints(
            Membership membership,
            Roll roll,
            Sync sync,
            Optional<ServerTls> tls,
            InstantSource clock) {
        this.membership = membership;
        this.roll = roll;
        this.sync = sync;
        this.tls = tls;
        this.clock = clock;
    }

    private ServerTls tls() {
        return tls.orElseThrow(
                () ->
                        Refusal.of(
                                409,
                                "no-tls",
                                "No TLS",
                                "nobody joins with a certificate here: the control plane speaks no"
                                        + " TLS (--tls, or --bind beyond loopback)"));
    }

    private Trust trust() {
        return new Trust(tls().known(), sync.keys().stream().map(AnnouncedKey::key).toList());
    }

    Future<Answer> members(Call call) {
        var slice = Slice.of(call);
        Function<MemberInfo, String> key = each -> each.member().name();
        var all = roll.list().stream().map(JoinEndpoints::info).toList();
        return Future.succeededFuture(slice.answer(slice.of(all, key), key));
    }

    private static MemberInfo info(StoredMember stored) {
        return new MemberInfo(stored.member(), stored.joinedAtMs(), stored.endsAtMs());
    }

    /// Ends its sessions on this server at once, on others as soon as they hear of it.
    Future<Answer> remove(Call call) {
        String name = call.argument();
        sync.noteSecrets();
        return membership
                .remove(call.terms(), name, MemberRemoved::new)
                .compose(
                        removed -> {
                            roll.remove(name).forEach(sync::credentialRevoked);
                            return sync.drop(name).map(_ -> Answer.ok(removed));
                        });
    }

    Future<Answer> makeToken(Call call) {
        var trust = trust();
        String secret = Access.newSecret();
        return call.json(NewJoinToken.class)
                .compose(
                        asked ->
                                membership.putJoinToken(
                                        call.terms(),
                                        Access.hash(secret),
                                        grant(asked),
                                        endsMs -> new JoinTokenCreated(secret, endsMs, trust)))
                .map(created -> new Answer(201, created, Map.of(), false, false));
    }

    Future<Answer> rotateKeys(Call call) {
        return membership
                .rotate(call.terms(), clock.millis(), FleetKeys::after)
                .compose(
                        rotated ->
                                membership
                                        .keys()
                                        .map(
                                                keys -> {
                                                    sync.rotated(keys);
                                                    return Answer.ok(rotated);
                                                }));
    }

    private static JoinGrant grant(NewJoinToken asked) {
        Role role = asked.role() == null ? Role.NODE : asked.role();
        String name = asked.name() == null ? "" : asked.name();
        // Whoever joins can only be what a member may be.
        var _ = new Member(role, required(asked.region(), "region"), name.isEmpty() ? "x" : name);
        @Nullable Double latitude = asked.latitude();
        @Nullable Double longitude = asked.longitude();
        if ((latitude == null) != (longitude == null)) {
            throw Refusal.invalid(
                    "invalid-value", "latitude and longitude are both said or both left out");
        }
        if (latitude != null && longitude != null) {
            var _ = new NodeInfo("x", asked.region(), latitude, longitude, "", "");
        }
        return new JoinGrant(role, asked.region(), name, latitude, longitude);
    }

    Future<Answer> join(Call call) {
        var authority = tls().authority();
        return call.json(Join.class)
                .compose(
                        asked -> {
                            var secret = Access.hash(required(asked.secret(), "secret"));
                            return membership.requireJoinToken(secret).map(asked);
                        })
                .compose(
                        asked -> {
                            var requested = RequestedKey.of(required(asked.csr(), "csr"));
                            return membership.join(
                                    Access.hash(asked.secret()),
                                    requested.digest(),
                                    required(asked.name(), "name"),
                                    asked.region() == null ? "" : asked.region(),
                                    clock.millis(),
                                    member ->
                                            authority.issue(
                                                    requested.key(), member, clock.instant()));
                        })
                .map(joined -> Answer.created(took(joined), "/v1/members"));
    }

    Future<Answer> renew(Call call) {
        var authority = tls().authority();
        var shown = roll.renewing(call.request());
        return call.json(Renewal.class)
                .compose(
                        asked -> {
                            var requested = RequestedKey.of(required(asked.csr(), "csr"));
                            return membership.renew(
                                    shown.member(),
                                    shown.serial(),
                                    member ->
                                            authority.issue(
                                                    requested.key(), member, clock.instant()));
                        })
                .map(joined -> Answer.ok(took(joined)));
    }

    /// Everything that a new certificate means here, and the answer.
    private Joined took(Membership.Joined joined) {
        roll.put(joined.member()).forEach(sync::credentialRevoked);
        return new Joined(
                joined.member().member(),
                joined.issued().pem(),
                joined.grant().latitude(),
                joined.grant().longitude(),
                trust());
    }
}
