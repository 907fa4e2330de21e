package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.AuditEntry;
import dev.cress.contract.Api.NewVersion;
import dev.cress.contract.Json;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Engine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Who did what, as the interface tells it.
@ParameterizedClass
@EnumSource(Engine.class)
class AuditTest {
    @Parameter Engine engine = Engine.SQLITE;

    private Plane plane;
    private String acme;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder, engine);
        plane.tenant("acme");
        acme = plane.tokenOf("acme", "deploy");
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private List<AuditEntry> entries(String query) {
        List<AuditEntry> entries = new ArrayList<>();
        plane.get("/v1/audit" + query)
                .json()
                .path("items")
                .forEach(item -> entries.add(Json.read(item.toString(), AuditEntry.class)));
        return entries;
    }

    private void deploy(String function, int seed) {
        Sha256 module = plane.uploadAs(acme, MagicPreparer.module(seed, 64));
        plane.send(
                plane.request("/v1/functions/" + function + "/versions")
                        .header("authorization", "Bearer " + acme)
                        .header("x-request-id", "from-ci-" + seed)
                        .POST(
                                BodyPublishers.ofString(
                                        Json.write(
                                                new NewVersion(module, Plane.manifest(), 10_000))))
                        .build());
    }

    @Test
    void eachChangeSaysWhoMadeItAndWhatCameOfIt() {
        deploy("shop", 1);
        List<AuditEntry> entries = entries("");
        assertThat(entries)
                .extracting(AuditEntry::operation)
                .containsExactly(
                        "POST /v1/functions/{}/versions",
                        "POST /v1/modules",
                        "POST /v1/tokens",
                        "POST /v1/tenants");
        AuditEntry deployed = entries.getFirst();
        assertThat(deployed.tokenName()).isEqualTo("deploy-token");
        assertThat(deployed.tenant()).isEqualTo(new TenantName("acme"));
        assertThat(deployed.thing()).isEqualTo("shop");
        assertThat(deployed.outcome()).isEqualTo("done");
        assertThat(deployed.revision()).isEqualTo(1);
        assertThat(deployed.requestId()).isEqualTo("from-ci-1");
        assertThat(deployed.address()).isEqualTo("127.0.0.1");
        assertThat(deployed.atMs()).isPositive();
        assertThat(entries).extracting(AuditEntry::id).containsExactly(4L, 3L, 2L, 1L);
        assertThat(entries.getLast().tenant()).isNull();
    }

    @Test
    void whatIsAskedAgainIsNotMadeAgain() {
        for (int i = 0; i < 2; i++) {
            plane.send(
                    plane.authorised("/v1/tenants")
                            .header("idempotency-key", "beta")
                            .POST(BodyPublishers.ofString("{\"name\":\"beta\"}"))
                            .build());
        }
        assertThat(entries(""))
                .filteredOn(e -> e.operation().equals("POST /v1/tenants"))
                .hasSize(2);
    }

    /// What was refused changed nothing, so nothing says that it was done.
    @Test
    void attemptsThatWereRefusedAreKept() {
        deploy("shop", 1);
        int before = entries("").size();
        plane.tenant("zeta");
        String zeta = plane.tokenOf("zeta", "read");
        plane.getAs(zeta, "/v1/functions/shop.acme");
        plane.deleteAs(zeta, "/v1/functions/shop");
        plane.getAs("cress_nonsense", "/v1/status");
        plane.put("/v1/tenants/acme/quota", "{\"functions\":1}");
        deploy("front", 2);
        await().untilAsserted(() -> assertThat(entries("")).hasSize(before + 7));
        assertThat(entries(""))
                .filteredOn(entry -> !entry.outcome().equals("done"))
                .extracting(AuditEntry::outcome)
                .containsExactlyInAnyOrder("unknown-function", "forbidden", "unauthorised");
        assertThat(entries("?tenant=acme"))
                .allMatch(e -> e.thing().isEmpty() || !e.tokenName().startsWith("read"));
    }

    @Test
    void aTenantReadsWhatWasAboutItsOwnInPages() {
        deploy("shop", 1);
        plane.deployed("other", 2);
        plane.delete("/v1/functions/shop.acme");
        Reply first = plane.getAs(acme, "/v1/audit?limit=2");
        assertThat(first.json().path("items").findValuesAsText("operation"))
                .containsExactly("DELETE /v1/functions/{}", "POST /v1/functions/{}/versions");
        assertThat(first.json().path("items").get(0).path("token_name").asText())
                .startsWith("operator.token");
        String link = first.headers().firstValue("link").orElseThrow();
        Reply second = plane.getAs(acme, link.substring(1, link.indexOf('>')));
        assertThat(second.json().path("items").findValuesAsText("operation"))
                .containsExactly("POST /v1/modules");
    }
}
