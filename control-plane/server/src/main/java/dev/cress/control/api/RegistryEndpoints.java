package dev.cress.control.api;

import static dev.cress.control.store.Scope.DEPLOY;
import static dev.cress.control.store.Scope.READ;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.HEAD;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cress.contract.FunctionName;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Scope;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What registry tools may call (OCI distribution 1.1): a function is a repository, `NAME` of the
/// caller's own tenant or `TENANT/NAME`. Its words are that specification's, so that it isn't in
/// the API's own description.
enum RegistryEndpoints {
    ;

    private static final Set<Scope> PULL = Set.of(DEPLOY, READ);
    private static final Set<Scope> PUSH = Set.of(DEPLOY);

    /// What is done with one repository.
    interface OnFunction {
        /// @param rest what stands in the path behind the repository, empty if nothing does
        Future<Answer> handle(Call call, FunctionName function, String rest);
    }

    static Endpoints of(RegistryBlobs blobs, RegistryManifests manifests) {
        var all = new ArrayList<Endpoint>();
        for (var method : List.of(GET, HEAD)) {
            all.add(Endpoint.of(method, "/v2/", PULL, _ -> Future.succeededFuture(here())));
        }
        for (int segments = 1; segments <= 2; segments++) {
            var in = new Repository("/v2" + "/{}".repeat(segments), segments, all);
            for (var method : List.of(GET, HEAD)) {
                in.add(method, "/manifests/{}", PULL, manifests::get);
                in.add(method, "/blobs/{}", PULL, blobs::get);
            }
            in.add(PUT, "/manifests/{}", PUSH, manifests::put);
            in.add(DELETE, "/manifests/{}", PUSH, manifests::delete);
            in.add(GET, "/tags/list", PULL, (call, function, _) -> manifests.tags(call, function));
            in.add(GET, "/referrers/{}", PULL, manifests::referrers);
            in.add(POST, "/blobs/uploads/", PUSH, blobs::begin);
            in.add(GET, "/blobs/uploads/{}", PUSH, blobs::status);
            in.add(PATCH, "/blobs/uploads/{}", PUSH, blobs::append);
            in.add(PUT, "/blobs/uploads/{}", PUSH, blobs::finish);
            in.add(DELETE, "/blobs/uploads/{}", PUSH, blobs::cancel);
        }
        return new Endpoints(List.copyOf(all));
    }

    /// Says that tools are at the right place, and that their token is known.
    private static Answer here() {
        return Answer.ok(Map.of()).with(Map.of("docker-distribution-api-version", "registry/2.0"));
    }

    /// The paths of repositories of so many segments.
    private record Repository(String path, int segments, List<Endpoint> all) {
        void add(HttpMethod method, String behind, Set<Scope> scopes, OnFunction handler) {
            all.add(
                    Endpoint.of(
                            method,
                            path + behind,
                            scopes,
                            call ->
                                    handler.handle(
                                            call,
                                            function(call, call.arguments().subList(0, segments)),
                                            call.arguments().size() > segments
                                                    ? call.arguments().getLast()
                                                    : "")));
        }
    }

    /// Another tenant's isn't there.
    private static FunctionName function(Call call, List<String> repository) {
        Grant caller = call.caller();
        TenantName own = caller.isFleets() ? TenantName.DEFAULT : new TenantName(caller.tenant());
        TenantName tenant = repository.size() == 1 ? own : new TenantName(repository.getFirst());
        String name = repository.getLast();
        if (name.indexOf('.') >= 0) {
            throw Refusal.invalid(
                    "invalid-name",
                    "'%s' has a dot: a tenant's function is called TENANT/NAME here"
                            .formatted(name));
        }
        FunctionName function = FunctionName.of(tenant, name);
        if (!caller.isFleets() && !tenant.equals(own)) {
            throw Refusal.unknownFunction(function);
        }
        return function;
    }

    /// Where something of a function is.
    static String path(FunctionName function, String rest) {
        TenantName tenant = function.tenant();
        String name = function.name();
        return "/v2/" + (tenant.isDefault() ? name : tenant + "/" + name) + rest;
    }
}
