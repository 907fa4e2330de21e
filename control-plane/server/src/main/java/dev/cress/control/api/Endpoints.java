package dev.cress.control.api;

import static dev.cress.control.store.Scope.DEPLOY;
import static dev.cress.control.store.Scope.JOIN;
import static dev.cress.control.store.Scope.METRICS;
import static dev.cress.control.store.Scope.READ;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cress.contract.CressPath;
import dev.cress.control.api.Endpoint.TokenFor;
import dev.cress.control.store.Refusal;

import io.vertx.core.http.HttpMethod;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The list of everything that can be called, and who may call it.
record Endpoints(List<Endpoint> all) {
    private static final String FUNCTION = "/v1/functions/{}";
    private static final String IMAGE = "/v1/modules/{}/image";
    private static final String SECRET = "/v1/secrets/{}";
    private static final String TENANT = "/v1/tenants/{}";

    static Endpoints of(
            FunctionEndpoints functions,
            ModuleEndpoints modules,
            ImageEndpoints images,
            LogEndpoints logs,
            FleetEndpoints fleet,
            AuditEndpoints audit,
            TenantEndpoints tenants,
            SecretEndpoints secrets,
            JoinEndpoints join,
            StoreEndpoints store,
            Operations operations) {
        var keys = new KeysInUse();
        return new Endpoints(
                List.of(
                        Endpoint.of(POST, "/v1/modules", Set.of(DEPLOY), modules::upload),
                        Endpoint.of(GET, "/v1/modules", Set.of(DEPLOY, READ), modules::list),
                        Endpoint.of(GET, "/v1/modules/{}", Set.of(DEPLOY, JOIN), modules::download),
                        Endpoint.of(GET, IMAGE, Set.of(JOIN), images::describe),
                        Endpoint.of(GET, IMAGE + "/{}", Set.of(JOIN), images::download),
                        Endpoint.of(POST, "/v1/assets", Set.of(DEPLOY), modules::uploadBundle),
                        Endpoint.of(
                                GET,
                                "/v1/assets/{}",
                                Set.of(DEPLOY, JOIN),
                                modules::downloadBundle),
                        Endpoint.of(GET, "/v1/functions", Set.of(DEPLOY, READ), functions::list),
                        Endpoint.of(
                                POST, "/v1/apply", Set.of(DEPLOY), keys.guard(functions::apply)),
                        Endpoint.of(GET, FUNCTION, Set.of(DEPLOY, READ), functions::get),
                        Endpoint.of(
                                DELETE, FUNCTION, Set.of(DEPLOY), keys.guard(functions::delete)),
                        Endpoint.of(
                                GET,
                                FUNCTION + "/versions",
                                Set.of(DEPLOY, READ),
                                functions::versions),
                        Endpoint.of(
                                POST,
                                FUNCTION + "/versions",
                                Set.of(DEPLOY),
                                keys.guard(functions::createVersion)),
                        Endpoint.of(
                                GET,
                                FUNCTION + "/deployments",
                                Set.of(DEPLOY, READ),
                                functions::deployments),
                        Endpoint.of(
                                POST,
                                FUNCTION + "/deployments",
                                Set.of(DEPLOY),
                                keys.guard(functions::deploy)),
                        Endpoint.of(
                                POST,
                                FUNCTION + "/rollback",
                                Set.of(DEPLOY),
                                keys.guard(functions::rollback)),
                        Endpoint.of(
                                GET,
                                FUNCTION + "/rollout",
                                Set.of(DEPLOY, READ),
                                functions::rollout),
                        Endpoint.of(GET, FUNCTION + "/tags", Set.of(DEPLOY, READ), functions::tags),
                        Endpoint.of(GET, FUNCTION + "/logs", Set.of(DEPLOY), logs::logs),
                        Endpoint.of(GET, "/v1/nodes", Set.of(DEPLOY, READ), fleet::nodes),
                        Endpoint.of(DELETE, "/v1/nodes/{}", Set.of(), fleet::forgetNode),
                        Endpoint.of(POST, "/v1/nodes/{}/drain", Set.of(), fleet::drainNode),
                        Endpoint.of(
                                POST, "/v1/keys/rotate", Set.of(), keys.guard(join::rotateKeys)),
                        Endpoint.of(GET, "/v1/members", Set.of(), join::members),
                        Endpoint.of(DELETE, "/v1/members/{}", Set.of(), keys.guard(join::remove)),
                        Endpoint.of(POST, "/v1/join-tokens", Set.of(), keys.guard(join::makeToken)),
                        new Endpoint(
                                POST,
                                CressPath.JOIN.text(),
                                TokenFor.NOBODY,
                                Set.of(),
                                null,
                                join::join),
                        new Endpoint(
                                POST,
                                CressPath.JOIN_RENEW.text(),
                                TokenFor.NOBODY,
                                Set.of(),
                                null,
                                join::renew),
                        Endpoint.of(GET, "/v1/status", Set.of(DEPLOY, READ), fleet::status),
                        Endpoint.of(GET, "/v1/tokens", Set.of(), fleet::tokens),
                        Endpoint.of(POST, "/v1/tokens", Set.of(), keys.guard(fleet::issueToken)),
                        Endpoint.secret(
                                DELETE,
                                "/v1/tokens/{}",
                                Access::unknown,
                                keys.guard(fleet::revokeToken)),
                        Endpoint.of(GET, "/v1/audit", Set.of(DEPLOY, READ), audit::list),
                        Endpoint.of(GET, "/v1/tenants", Set.of(), tenants::list),
                        Endpoint.of(POST, "/v1/tenants", Set.of(), keys.guard(tenants::create)),
                        Endpoint.of(GET, TENANT, Set.of(DEPLOY, READ), tenants::get),
                        Endpoint.secret(
                                DELETE,
                                TENANT,
                                TenantEndpoints::unknown,
                                keys.guard(tenants::delete)),
                        Endpoint.secret(
                                PUT,
                                TENANT + "/quota",
                                TenantEndpoints::unknown,
                                keys.guard(tenants::putQuota)),
                        Endpoint.of(POST, "/v1/store/collect", Set.of(), store::collect),
                        Endpoint.of(GET, "/v1/secrets", Set.of(DEPLOY, READ), secrets::list),
                        Endpoint.of(GET, SECRET, Set.of(DEPLOY, READ), secrets::get),
                        Endpoint.of(PUT, SECRET, Set.of(DEPLOY), keys.guard(secrets::put)),
                        Endpoint.of(DELETE, SECRET, Set.of(DEPLOY), keys.guard(secrets::delete)),
                        Endpoint.of(
                                POST,
                                "/v1/keys/rotate-secrets",
                                Set.of(),
                                keys.guard(secrets::rotate)),
                        Endpoint.of(GET, "/v1/sync/node", Set.of(JOIN), fleet::joinNode),
                        Endpoint.of(GET, "/v1/sync/router", Set.of(JOIN), fleet::joinRouter),
                        Endpoint.of(GET, "/v1/sync/relay", Set.of(JOIN), fleet::joinRelay),
                        new Endpoint(
                                GET,
                                "/v1/openapi.json",
                                TokenFor.NOBODY,
                                Set.of(),
                                null,
                                operations::openApi),
                        new Endpoint(
                                GET,
                                "/health",
                                TokenFor.NOBODY,
                                Set.of(),
                                null,
                                operations::health),
                        new Endpoint(
                                GET,
                                "/metrics",
                                TokenFor.REMOTE,
                                Set.of(METRICS),
                                null,
                                operations::metrics)));
    }

    /// An endpoint, and the caller's segments of its path.
    record Found(Endpoint endpoint, List<String> arguments) {}

    /// The endpoint that is meant, or a refusal that says what is wrong with the path or method.
    Found find(HttpMethod method, String path) {
        var onPath =
                all.stream()
                        .flatMap(
                                endpoint ->
                                        endpoint
                                                .match(path)
                                                .map(arguments -> new Found(endpoint, arguments))
                                                .stream())
                        .toList();
        if (onPath.isEmpty()) {
            throw Refusal.of(404, "no-endpoint", "No such endpoint", "nothing is at " + path);
        }
        return onPath.stream()
                .filter(found -> found.endpoint().method().equals(method))
                .findFirst()
                .orElseThrow(() -> wrongMethod(method, path, onPath));
    }

    private static Refusal wrongMethod(HttpMethod method, String path, List<Found> onPath) {
        String allowed =
                onPath.stream()
                        .map(found -> found.endpoint().method().name())
                        .sorted()
                        .collect(Collectors.joining(", "));
        return Refusal.of(
                405,
                "wrong-method",
                "Wrong method",
                "%s takes %s, not %s".formatted(path, allowed, method.name()),
                Map.of("allow", allowed));
    }
}
