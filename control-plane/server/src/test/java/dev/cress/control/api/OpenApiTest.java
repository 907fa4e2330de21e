package dev.cress.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api;
import dev.cress.control.Described;
import dev.cress.control.RegistryWallsTest;
import dev.cress.control.api.Endpoint.TokenFor;
import dev.cress.control.module.Preparations;
import dev.cress.control.module.PreparedImages;
import dev.cress.control.module.Uploads;
import dev.cress.control.store.Scope;
import dev.cress.control.store.SecretKeeping;
import dev.cress.control.store.SecretKeys;
import dev.cress.control.store.Store;
import dev.cress.control.store.StoreLocation;
import dev.cress.control.store.StoredKeys;
import dev.cress.control.sync.Sync;
import dev.cress.control.trust.FleetKeys;
import dev.cress.control.trust.Roll;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/// The document against the server's own list of endpoints. What it says of requests and answers is
/// held against those of every test ([Described]).
class OpenApiTest {
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private final Vertx vertx = Vertx.vertx();
    private Store store;
    private Preparations preparations;
    private Endpoints endpoints;
    private Endpoints registry;

    @BeforeEach
    void start(@TempDir Path folder) {
        var clock = InstantSource.system();
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var loop = vertx.getOrCreateContext();
        store =
                Store.open(
                        new StoreLocation.InFile(folder.resolve("store.db"), 1L << 30),
                        clock,
                        loop);
        preparations = new Preparations((_, abi) -> abi, loop, meters);
        var limits = new Sync.Limits(1, 1, 1, Duration.ofSeconds(5));
        var secrets = SecretKeeping.open(store, SecretKeys.none(), clock);
        var sync =
                new Sync(
                        vertx,
                        store,
                        store.load(),
                        clock,
                        limits,
                        meters,
                        secrets,
                        new Sync.Credentials(
                                _ -> List.of(),
                                new Roll(clock, List.of())::refresh,
                                _ -> {
                                    throw new AssertionError("nobody comes");
                                },
                                new StoredKeys(List.of(FleetKeys.first()))));
        var uploads =
                new Uploads(
                        vertx,
                        folder,
                        Api.MODULE_BYTES_MAX,
                        preparations,
                        store.uploaded(),
                        meters);
        var images =
                new PreparedImages(vertx, folder, Optional.empty(), preparations, store.uploaded());
        var access = new Access(store, clock, List.of(), Optional.empty());
        var server =
                new ApiServer(
                        vertx,
                        store,
                        sync,
                        secrets,
                        uploads,
                        images,
                        access,
                        new Roll(clock, List.of()),
                        Optional.empty(),
                        meters,
                        clock,
                        1 << 20);
        endpoints = server.endpoints();
        registry = server.registry();
    }

    @AfterEach
    void stop() {
        preparations.close();
        store.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static void eachOperation(BiConsumer<String, JsonObject> visitor) {
        for (var path : Described.DOCUMENT.getJsonObject("paths")) {
            ((JsonObject) path.getValue())
                    .forEach(
                            operation -> {
                                assertThat(METHODS).contains(operation.getKey());
                                visitor.accept(
                                        operation.getKey().toUpperCase(Locale.ROOT)
                                                + " "
                                                + path.getKey(),
                                        (JsonObject) operation.getValue());
                            });
        }
    }

    @Test
    void everyEndpointIsDescribedAndNothingElse() {
        var described = new TreeSet<String>();
        eachOperation((label, _) -> described.add(label.replaceAll("\\{\\w+}", "{}")));
        assertThat(described)
                .isEqualTo(
                        endpoints.all().stream()
                                .map(Endpoint::label)
                                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /// The document says so, and another specification describes them.
    @Test
    void whatRegistryToolsCallIsApartAndHasItsWalk() {
        assertThat(endpoints.all()).noneMatch(each -> each.template().startsWith("/v2"));
        assertThat(Described.DOCUMENT.getJsonObject("info").getString("description"))
                .contains("`/v2`", "OCI distribution 1.1");
        var called = new TreeSet<>(Set.of("GET /v2/", "HEAD /v2/"));
        for (String call : RegistryWallsTest.CALLS) {
            called.add(call.replaceFirst(" ", " /v2/{}"));
            called.add(call.replaceFirst(" ", " /v2/{}/{}"));
        }
        assertThat(called)
                .isEqualTo(
                        registry.all().stream()
                                .map(Endpoint::label)
                                .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void whoMayCallIsSaidAsItIs() {
        var said = new TreeSet<String>();
        eachOperation(
                (label, operation) -> {
                    String words = operation.getString("description", "");
                    var scopes = new TreeSet<String>();
                    for (Scope scope : Scope.values()) {
                        if (words.contains("`" + scope.text() + "`")) {
                            scopes.add(scope.text());
                        }
                    }
                    String token =
                            operation.containsKey("security")
                                    ? operation.getJsonArray("security").isEmpty()
                                            ? "NOBODY"
                                            : "REMOTE"
                                    : "EVERYBODY";
                    said.add(label.replaceAll("\\{\\w+}", "{}") + " " + token + scopes);
                });
        var held = new TreeSet<String>();
        for (Endpoint endpoint : endpoints.all()) {
            var scopes = new TreeSet<String>();
            endpoint.scopes().forEach(scope -> scopes.add(scope.text()));
            if (endpoint.token() != TokenFor.NOBODY) {
                scopes.add(Scope.OPERATOR.text());
            }
            held.add(endpoint.label() + " " + endpoint.token() + scopes);
        }
        assertThat(said).isEqualTo(held);
    }

    @Test
    void everyOperationHasANameOfItsOwnAndSaysWhatItDoes() {
        List<String> names = new ArrayList<>();
        eachOperation(
                (label, operation) -> {
                    names.add(operation.getString("operationId"));
                    assertThat(operation.getString("summary")).as(label).isNotBlank();
                    assertThat(operation.getJsonObject("responses").fieldNames())
                            .as(label)
                            .contains("500");
                    parametersInPath(label, operation);
                });
        assertThat(names).doesNotContainNull().doesNotHaveDuplicates();
    }

    private static void parametersInPath(String label, JsonObject operation) {
        List<String> named = new ArrayList<>();
        for (Object each : operation.getJsonArray("parameters", new JsonArray())) {
            JsonObject parameter = Described.resolved((JsonObject) each);
            assertThat(parameter.getString("description")).as(label).isNotBlank();
            if (parameter.getString("in").equals("path")) {
                named.add("{" + parameter.getString("name") + "}");
            }
        }
        assertThat(named).allMatch(label::contains);
        assertThat(label.chars().filter(c -> c == '{').count()).isEqualTo(named.size());
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        assertThat(references(Described.DOCUMENT)).isGreaterThan(200);
    }

    private static int references(Object part) {
        return switch (part) {
            case JsonObject object -> {
                Described.resolved(object);
                int inside = object.stream().mapToInt(entry -> references(entry.getValue())).sum();
                yield inside + (object.containsKey("$ref") ? 1 : 0);
            }
            case JsonArray array -> array.stream().mapToInt(OpenApiTest::references).sum();
            default -> 0;
        };
    }
}
