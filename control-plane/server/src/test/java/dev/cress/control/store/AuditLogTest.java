package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Api.AuditEntry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

@ParameterizedClass
@EnumSource(Engine.class)
class AuditLogTest {
    private static final Actor ANN = new Actor("id", "ann", "acme", "GET /x", "x", "r", "::1");

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private OpenStore open;

    @BeforeEach
    void open() {
        open = new OpenStore(engine.fresh(folder));
        await(open.store.audit().add(List.of(new Audit.Refused(ANN, "forbidden", 1))));
    }

    @AfterEach
    void close() {
        open.close();
    }

    private List<AuditEntry> entries() {
        return await(open.store.audit().list(null, Long.MAX_VALUE, 100));
    }

    private void addedBefore(Duration age) {
        await(
                open.store.change(
                        tables ->
                                tables.transaction()
                                        .update(
                                                """
                                                INSERT INTO audit (id, at_ms, token, token_name,
                                                  tenant, operation, thing, outcome, revision,
                                                  request, address, count)
                                                SELECT id + 1000, at_ms - ?, token, token_name,
                                                  tenant, operation, thing, 'old', revision,
                                                  request, address, count FROM audit WHERE id = 1\
                                                """,
                                                age.toMillis())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE audit SET token_name = 'bob'",
                "UPDATE audit SET at_ms = 0",
                "DELETE FROM audit",
                "DELETE FROM audit WHERE id = 1"
            })
    void theDatabaseItselfRefusesToChangeIt(String sql) {
        assertThatThrownBy(
                        () -> await(open.store.change(tables -> tables.transaction().update(sql))))
                .hasStackTraceContaining("append-only");
        assertThat(entries()).hasSize(1);
    }

    @Test
    void whatIsOlderThanNinetyDaysGoes() {
        addedBefore(Retention.AUDIT_KEPT.plusMinutes(1));
        assertThat(entries()).hasSize(2);
        await(open.store.trimLog());
        assertThat(entries()).extracting(AuditEntry::outcome).containsExactly("forbidden");
    }

    @Test
    void whatIsYoungerStaysWhateverIsAskedFor() {
        addedBefore(Retention.AUDIT_KEPT.minusMinutes(1));
        await(open.store.trimLog());
        assertThat(entries()).hasSize(2);
        assertThatThrownBy(() -> await(new Retention(open.store).trimAudit(Duration.ofDays(1))))
                .hasStackTraceContaining("append-only");
        assertThat(entries()).hasSize(2);
    }

    /// Its number is taken back with it, so that there is no gap.
    @Test
    void aChangeThatIsRefusedLeavesNoEntry() {
        var terms = new Terms(null, null, ANN);
        assertThatThrownBy(
                        () ->
                                await(
                                        open.store.change(
                                                terms.on(
                                                        String.class,
                                                        tables -> {
                                                            throw Refusal.conflict("c", "t", "d");
                                                        }))))
                .isInstanceOf(Refusal.class);
        await(open.store.change(terms.on(String.class, _ -> "done")));
        assertThat(entries()).extracting(AuditEntry::id).containsExactly(2L, 1L);
    }
}
