package dev.cress.control.api;

import static dev.cress.control.api.Call.required;

import dev.cress.contract.Api.NewToken;
import dev.cress.contract.Api.NodeStatus;
import dev.cress.contract.Api.TokenInfo;
import dev.cress.contract.Build;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Role;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Store;
import dev.cress.control.sync.Credential;
import dev.cress.control.sync.Sync;

import io.vertx.core.Future;
import io.vertx.core.http.ServerWebSocket;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// Nodes, status and tokens. Lives on the event loop.
final class FleetEndpoints {
    private final Store store;
    private final Sync sync;
    private final Access access;

    FleetEndpoints(Store store, Sync sync, Access access) {
        this.store = store;
        this.sync = sync;
        this.access = access;
    }

    Future<Answer> nodes(Call call) {
        var slice = Slice.of(call);
        Function<NodeStatus, String> key = each -> each.node().name();
        return Future.succeededFuture(slice.answer(slice.of(nodesFor(call), key), key));
    }

    /// The nodes as the caller may know them: a tenant hears that they are there and where, and of
    /// its own versions; not how they are reached, nor of others' versions.
    private List<NodeStatus> nodesFor(Call call) {
        var whose = call.whose();
        return whose.isEmpty()
                ? sync.nodes()
                : sync.nodes().stream().map(node -> seenBy(whose.get(), node)).toList();
    }

    private static NodeStatus seenBy(TenantName tenant, NodeStatus status) {
        NodeInfo info = status.node();
        return new NodeStatus(
                new NodeInfo(
                        info.name(),
                        info.region(),
                        info.latitude(),
                        info.longitude(),
                        "",
                        info.build()),
                status.connected(),
                status.draining(),
                status.revision(),
                status.lastSeenMs(),
                status.clockSkewMs(),
                "",
                status.versions().stream()
                        .filter(version -> version.function().tenant().equals(tenant))
                        .toList());
    }

    Future<Answer> forgetNode(Call call) {
        return sync.forget(call.terms(), call.argument()).map(_ -> Answer.empty());
    }

    Future<Answer> drainNode(Call call) {
        return sync.drain(call.argument()).map(_ -> new Answer(202, null, Map.of(), false, false));
    }

    Future<Answer> status(Call call) {
        return store.functions(call.whose().orElse(null))
                .map(
                        functions ->
                                Answer.ok(
                                        new FleetStatus(
                                                Build.version(),
                                                sync.position(),
                                                sync.routersConnected(),
                                                call.whose().isEmpty() ? sync.relays() : List.of(),
                                                nodesFor(call),
                                                functions)));
    }

    Future<Answer> tokens(Call call) {
        var slice = Slice.of(call);
        Function<TokenInfo, String> key =
                each -> "%015d %s".formatted(each.createdAtMs(), each.id());
        return access.list(call.whose().map(TenantName::value).orElse(""))
                .map(all -> slice.answer(slice.of(all, key), key));
    }

    Future<Answer> issueToken(Call call) {
        return call.json(NewToken.class)
                .compose(
                        asked ->
                                access.issue(
                                        call.terms(),
                                        new NewToken(
                                                required(asked.name(), "name"),
                                                required(asked.scope(), "scope"),
                                                asked.tenant(),
                                                asked.expiresInS())))
                .map(created -> Answer.created(created, "/v1/tokens/" + created.info().id()));
    }

    Future<Answer> revokeToken(Call call) {
        String id = call.argument();
        return access.revoke(call.terms(), id)
                .map(
                        _ -> {
                            sync.credentialRevoked(id);
                            return Answer.empty();
                        });
    }

    Future<Answer> joinNode(Call call) {
        return upgrade(call, Role.NODE, sync::acceptNode);
    }

    Future<Answer> joinRouter(Call call) {
        return upgrade(call, Role.ROUTER, sync::acceptRouter);
    }

    Future<Answer> joinRelay(Call call) {
        return upgrade(call, Role.RELAY, sync::acceptRelay);
    }

    private static Future<Answer> upgrade(
            Call call, Role role, BiConsumer<ServerWebSocket, Credential> accept) {
        var member = call.member();
        if (call.isTls() && member.isEmpty()) {
            throw Access.certificateNeeded();
        }
        if (member.filter(each -> each.role() != role).isPresent()) {
            throw Refusal.of(
                    403,
                    "forbidden",
                    "Forbidden",
                    "the certificate is of %s: this is for a %s"
                            .formatted(member.get(), role.text()));
        }
        if (!call.request().canUpgradeToWebSocket()) {
            throw Refusal.of(
                    426,
                    "upgrade-required",
                    "Upgrade required",
                    "this is for WebSockets",
                    Map.of("upgrade", "websocket"));
        }
        return call.request()
                .toWebSocket()
                .map(
                        socket -> {
                            accept.accept(socket, new Credential(call.caller().tokenId(), member));
                            return Answer.STREAMED;
                        });
    }
}
