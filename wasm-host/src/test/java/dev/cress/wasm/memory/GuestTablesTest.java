package dev.cress.wasm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.wasm.Parser;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.TableLimits;
import run.endive.wasm.types.ValType;

/// A table belongs to one isolate, though all share what the module declares.
class GuestTablesTest {
    private final Table declared = new Table(ValType.FuncRef, new TableLimits(1, 1_000));
    private Instance instance;

    @BeforeEach
    void instance() {
        instance =
                Instance.builder(Parser.parse(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0})).build();
    }

    @Test
    void growthLeavesTheDeclarationAlone() {
        assertThat(GuestTables.create(declared, -1).grow(5, -1, instance)).isEqualTo(1);
        assertThat(declared.limits().min()).isEqualTo(1);
        assertThat(GuestTables.create(declared, -1).size()).isEqualTo(1);
    }

    @Test
    void theEnginesOwnTableChangesTheDeclaration() {
        assertThat(new TableInstance(declared, -1).grow(5, -1, instance)).isEqualTo(1);
        assertThat(declared.limits().min()).isEqualTo(6);
    }

    @Test
    void growthStopsAtTheDeclaredMaximumAndAtTheHosts() {
        assertThat(GuestTables.create(declared, -1).grow(1_000, -1, instance)).isEqualTo(-1);
        var wide = GuestTables.create(new Table(ValType.FuncRef, new TableLimits(1)), -1);
        assertThat(wide.grow(100_000, -1, instance)).isEqualTo(-1);
        assertThat(wide.grow(99_999, -1, instance)).isEqualTo(1);
        assertThat(wide.grow(1, -1, instance)).isEqualTo(-1);
        assertThat(wide.grow(0, -1, instance)).isEqualTo(100_000);
        assertThat(wide.size()).isEqualTo(100_000);
    }

    @Test
    void growthByAnyNumberAnswers() {
        var table = GuestTables.create(declared, -1);
        for (int entries : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1_000_000_000}) {
            assertThat(table.grow(entries, -1, instance)).isEqualTo(-1);
            assertThat(table.growWithRef(entries, "x", instance)).isEqualTo(-1);
        }
        assertThat(table.size()).isEqualTo(1);
    }
}
