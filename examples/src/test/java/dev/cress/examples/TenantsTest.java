package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Two tenants with a function of the same name beside that of the tenant `default`, as their
/// clients and they themselves find them. The guest answers its environment.
@FleetTest
final class TenantsTest {
    private final TestFleet fleet;

    TenantsTest(TestFleet fleet) {
        this.fleet = fleet;
        deploy("default");
        fleet.cressOk("tenant", "create", "acme");
        fleet.cressOk("tenant", "create", "zeta", "--functions", "1");
        deploy("acme");
        deploy("zeta");
    }

    private void deploy(String tenant) {
        Path manifest =
                fleet.manifest(
                        "shop",
                        TestFleet.environmentModule(),
                        "[capabilities]\nconfig = { WHOSE = \"%s\" }\n".formatted(tenant));
        fleet.cressOk("deploy", manifest, "--tenant", tenant);
    }

    private String whose(String host) {
        return fleet.callHost(host)
                .get("/")
                .text()
                .lines()
                .filter(line -> line.startsWith("WHOSE="))
                .findFirst()
                .orElse("nobody's");
    }

    @Test
    void eachAnswersAtItsOwnHost() {
        assertThat(whose("shop.localhost")).isEqualTo("WHOSE=default");
        assertThat(whose("shop.acme.localhost")).isEqualTo("WHOSE=acme");
        assertThat(whose("shop.zeta.localhost")).isEqualTo("WHOSE=zeta");
        assertThat(whose("v1--shop.acme.localhost")).isEqualTo("WHOSE=acme");
        assertThat(whose("shop.default.localhost")).isEqualTo("nobody's");
        assertThat(whose("shop.nobody.localhost")).isEqualTo("nobody's");
    }

    @Test
    void aTenantsTokenMeansItsOwnFunctions() {
        String token = created("ci", "--tenant", "acme", "--expires", "30d");
        var versions = fleet.cressAs(token, "versions", "shop", "-o", "json");
        assertThat(versions.out()).contains("\"shop.acme\"", "acme").doesNotContain("zeta");
        var status = fleet.cressAs(token, "status");
        assertThat(status.out()).contains("shop.acme", "fra-1").doesNotContain("zeta");
        var others = fleet.cressAs(token, "versions", "shop.zeta");
        assertThat(others.exitCode()).isEqualTo(1);
        assertThat(others.err()).isEqualTo("cress: there is no function shop.zeta\n");
        assertThat(fleet.cressAs(token, "status", "--tenant", "zeta").err())
                .isEqualTo("cress: there is no tenant zeta\n");
        assertThat(fleet.cress("token", "list").out())
                .containsPattern("ci +acme +deploy +\\S+ +20\\d\\d-\\S+ +20\\d\\d-");
    }

    private String created(String... asked) {
        Object[] all = new Object[asked.length + 2];
        all[0] = "token";
        all[1] = "create";
        System.arraycopy(asked, 0, all, 2, asked.length);
        var ran = fleet.cress(all);
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        return ran.out().strip();
    }

    @Test
    void eachReadsTheLogOfItsOwn() {
        fleet.callHost("shop.acme.localhost").get("/acme-only");
        fleet.callHost("shop.zeta.localhost").get("/zeta-only");
        String acme = created("logs-a", "--tenant", "acme");
        String zeta = created("logs-z", "--tenant", "zeta");
        assertThat(logs(acme, "/acme-only")).doesNotContain("/zeta-only");
        assertThat(logs(zeta, "/zeta-only")).doesNotContain("/acme-only");
    }

    /// What `cress logs` says as soon as it has this: a node that is late is left out.
    private String logs(String token, String awaited) {
        return await().atMost(TestFleet.SOON)
                .until(
                        () -> fleet.cressAs(token, "logs", "shop").out(),
                        out -> out.contains(awaited));
    }

    /// A store's name says nothing of who may use it.
    @Test
    void eachHasItsOwnStores() throws IOException {
        Path script = Files.createTempFile("notes", ".js");
        Files.writeString(
                script,
                """
                export default {
                  async fetch(request, env) {
                    const notes = env.kv("notes");
                    if (request.method === "POST") await notes.put("note", await request.text());
                    return new Response((await notes.get("note")) || "nothing");
                  },
                };
                """);
        fleet.cressOk("tenant", "create", "beta");
        Path manifest = fleet.manifest("notes", script, "[capabilities]\nkv = [\"notes\"]\n");
        for (String tenant : List.of("default", "acme", "beta")) {
            fleet.cressOk("deploy", manifest, "--tenant", tenant);
        }
        assertThat(fleet.callHost("notes.acme.localhost").body("acme's").post("/").text())
                .isEqualTo("acme's");
        assertThat(fleet.callHost("notes.acme.localhost").get("/").text()).isEqualTo("acme's");
        assertThat(fleet.callHost("notes.beta.localhost").get("/").text()).isEqualTo("nothing");
        assertThat(fleet.callHost("notes.localhost").get("/").text()).isEqualTo("nothing");
    }

    @Test
    void aTenantIsToldOfItsQuota() {
        var refused =
                fleet.cress("deploy", "more", TestFleet.environmentModule(), "--tenant", "zeta");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("cress: quota functions of tenant zeta: it has 1, at most 1");
        assertThat(fleet.cress("tenant", "list").out())
                .containsPattern("acme +1 of 100 +\\d+ of 1048576 +256 +1000")
                .containsPattern("default +\\d+ of none +\\d+ of none +none +none")
                .containsPattern("zeta +1 of 1 ");
        fleet.cressOk("tenant", "quota", "zeta", "--functions", "none", "--concurrency", "7");
        assertThat(fleet.cress("tenant", "quota", "zeta").out())
                .containsPattern("zeta +1 of none +\\d+ of 1048576 +7 +1000");
        fleet.cressOk("tenant", "quota", "zeta", "--functions", "1");
    }
}
