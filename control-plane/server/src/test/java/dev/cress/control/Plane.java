package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.JoinTokenCreated;
import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Api.NewDeployment;
import dev.cress.contract.Api.NewJoinToken;
import dev.cress.contract.Api.NewTenant;
import dev.cress.contract.Api.NewToken;
import dev.cress.contract.Api.NewVersion;
import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.JoinString;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Quota;
import dev.cress.contract.Role;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.contract.Trust;
import dev.cress.contract.Warmup;
import dev.cress.control.store.Engine;
import dev.cress.identity.FleetIdentity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A control plane on a folder, and a client that speaks to it as its operator.
final class Plane implements AutoCloseable {
    private final HttpClient client;
    final ControlPlane control;
    final MagicPreparer preparer;
    final String operator;

    private Plane(ControlPlane control, MagicPreparer preparer) {
        this.control = control;
        this.preparer = preparer;
        this.client = client(control);
        this.operator = token(control);
    }

    static Plane start(Path folder) {
        return start(folder, config -> config);
    }

    /// One whose store is on this engine.
    static Plane start(Path folder, Engine engine) {
        return start(
                folder,
                config ->
                        switch (engine) {
                            case SQLITE -> config;
                            case POSTGRESQL -> config.withStore(Engine.freshUrl());
                        });
    }

    static Plane start(Path folder, UnaryOperator<ControlPlaneConfig> change) {
        var preparer = new MagicPreparer(new FakeImages(folder.resolve("images")));
        var config = change.apply(ControlPlaneConfig.of(folder).withPort(0));
        return new Plane(ControlPlane.start(config, preparer), preparer);
    }

    private static HttpClient client(ControlPlane control) {
        var builder = HttpClient.newBuilder();
        control.authority()
                .ifPresent(
                        known ->
                                builder.sslContext(
                                        FleetIdentity.anonymous(new Trust(known, List.of()))));
        return builder.build();
    }

    private static String token(ControlPlane control) {
        try {
            return Files.readString(control.operatorTokenFile()).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(control.url() + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpRequest.Builder authorised(String path) {
        return request(path).header("authorization", "Bearer " + operator);
    }

    /// Sends the request, and holds what comes back against the API's description.
    Reply send(HttpRequest request) {
        return send(request, "");
    }

    private Reply send(HttpRequest request, String body) {
        try {
            var response = client.send(request, BodyHandlers.ofString());
            var reply = new Reply(response.statusCode(), response.headers(), response.body());
            Described.check(request.method(), pathAndQuery(request.uri()), body, reply);
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String pathAndQuery(URI uri) {
        return uri.getRawQuery() == null
                ? uri.getRawPath()
                : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    HttpClient client() {
        return client;
    }

    Reply get(String path) {
        return send(authorised(path).build());
    }

    Reply getAs(String token, String path) {
        return send(request(path).header("authorization", "Bearer " + token).build());
    }

    Reply delete(String path) {
        return send(authorised(path).DELETE().build());
    }

    Reply post(String path, String json) {
        return send(authorised(path).POST(BodyPublishers.ofString(json)).build(), json);
    }

    Reply post(String path, BodyPublisher body) {
        return send(authorised(path).POST(body).build());
    }

    Reply upload(byte[] module) {
        return post("/v1/modules", BodyPublishers.ofByteArray(module));
    }

    /// A stored module that no other seed has.
    Sha256 module(int seed) {
        Reply reply = upload(MagicPreparer.module(seed, 64));
        assertThat(reply.status()).as(reply.text()).isIn(200, 201);
        return reply.as(ModuleInfo.class).sha256();
    }

    static Manifest manifest(Route... routes) {
        return new Manifest("auto", List.of(routes), Limits.DEFAULT, Map.of(), Warmup.DEFAULT);
    }

    Reply postVersion(String function, Sha256 module, Manifest manifest) {
        return post(
                "/v1/functions/" + function + "/versions",
                Json.write(new NewVersion(module, manifest, null)));
    }

    /// A new version and, in the same breath, its deployment.
    Reply release(String function, Sha256 module, Manifest manifest, int basisPoints) {
        return post(
                "/v1/functions/" + function + "/versions",
                Json.write(new NewVersion(module, manifest, basisPoints)));
    }

    int version(String function, int seed, Route... routes) {
        Reply reply = postVersion(function, module(seed), manifest(routes));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.as(VersionCreated.class).version().number();
    }

    Reply postDeployment(String function, int version, int basisPoints) {
        return post(
                "/v1/functions/" + function + "/deployments",
                Json.write(new NewDeployment(version, basisPoints)));
    }

    Deployed deploy(String function, int version, int basisPoints) {
        Reply reply = postDeployment(function, version, basisPoints);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.as(Deployed.class);
    }

    /// A new version of the function, deployed fully.
    Deployed deployed(String function, int seed, Route... routes) {
        return deploy(function, version(function, seed, routes), 10_000);
    }

    String token(String scope) {
        Reply reply = post("/v1/tokens", Json.write(new NewToken(scope + "-token", scope)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.as(TokenCreated.class).token();
    }

    /// A tenant without limits.
    void tenant(String name) {
        Reply reply =
                post("/v1/tenants", Json.write(new NewTenant(new TenantName(name), Quota.NONE)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    String tokenOf(String tenant, String scope) {
        var asked = new NewToken(scope + "-token", scope, new TenantName(tenant), null);
        Reply reply = post("/v1/tokens", Json.write(asked));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.as(TokenCreated.class).token();
    }

    Reply postAs(String token, String path, String json) {
        var request = request(path).header("authorization", "Bearer " + token);
        return send(request.POST(BodyPublishers.ofString(json)).build(), json);
    }

    Reply postAs(String token, String path, BodyPublisher body) {
        return send(request(path).header("authorization", "Bearer " + token).POST(body).build());
    }

    Reply deleteAs(String token, String path) {
        return send(request(path).header("authorization", "Bearer " + token).DELETE().build());
    }

    Reply put(String path, String json) {
        return send(authorised(path).PUT(BodyPublishers.ofString(json)).build(), json);
    }

    Sha256 uploadAs(String token, byte[] module) {
        Reply reply = postAs(token, "/v1/modules", BodyPublishers.ofByteArray(module));
        assertThat(reply.status()).as(reply.text()).isIn(200, 201);
        return reply.as(ModuleInfo.class).sha256();
    }

    Sha256 uploadAssetsAs(String token, byte[] archive) {
        Reply reply = postAs(token, "/v1/assets", BodyPublishers.ofByteArray(archive));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.as(BundleInfo.class).sha256();
    }

    /// For somebody in fra.
    JoinString joinString(Role role) {
        var asked = new NewJoinToken("fra", role, null, 50.1, 8.7);
        Reply reply = post("/v1/join-tokens", Json.write(asked));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        var created = reply.as(JoinTokenCreated.class);
        return new JoinString(URI.create(control.url()), created.secret(), created.trust());
    }

    FakeNode node(String name) {
        return FakeNode.connect(control, name);
    }

    @Override
    public void close() {
        client.close();
        control.close();
    }
}
