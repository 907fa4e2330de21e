package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.Inspection.Imports;
import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.RefusedModuleException;

import org.junit.jupiter.api.Test;

import java.util.List;

/// A module's author hears what it is, how much of what it wants is there, and what to change.
class InspectionTest {
    private static final String WASI = "wasi_snapshot_preview1";

    private static Inspection inspect(Assembler module) throws RefusedModuleException {
        return WasmHost.inspect(module.toBytes());
    }

    private static Assembler numbers() {
        var module = Assembler.withMemory(1);
        int add = module.function("ii", "i", bytes(0x00).end());
        int more = module.function("IfF", "", bytes(0x00).end());
        return module.export("add", 0, add).export("more", 0, more).export("__new", 0, add);
    }

    @Test
    void importsAreToldFamilyByFamilyWithWhatIsMissing() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        module.wasi("fd_write", "iiii");
        module.importing("env", "abort", "iiii", "");
        module.importing("env", "random", "", "i");
        module.wasi("proc_exit", "i");
        module.importing("other", "one", "", "");
        module.importing("env", "random", "", "i");
        var seen = inspect(module.start(bytes().end()));
        assertThat(seen.imports())
                .containsExactly(
                        new Imports(WASI, List.of("fd_write", "proc_exit"), List.of(), List.of()),
                        new Imports(
                                "env", List.of("abort", "random"), List.of("random"), List.of()),
                        new Imports("other", List.of("one"), List.of("one"), List.of()));
        assertThat(seen.problem()).contains("env.random, other.one;");
        assertThat(seen.abi()).isEmpty();
    }

    @Test
    void exportsAreToldWithTheirTypes() throws RefusedModuleException {
        assertThat(inspect(numbers()).exports())
                .containsExactly(
                        "add(i32, i32) -> i32",
                        "more(i64, f32, f64) -> ()",
                        "__new(i32, i32) -> i32");
    }

    @Test
    void anExportedImportHasItsType() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        module.export("out", 0, module.wasi("fd_write", "iiii"));
        assertThat(inspect(module).exports()).containsExactly("out(i32, i32, i32, i32) -> i32");
    }

    @Test
    void aFunctionThatIsNotThereHasNoType() throws RefusedModuleException {
        assertThat(inspect(new Assembler().export("x", 0, 9)).exports()).containsExactly("x");
    }

    @Test
    void aModuleOfNumbersIsToldHowToBecomeAFunction() throws RefusedModuleException {
        var seen = inspect(numbers());
        assertThat(seen.abi()).isEmpty();
        assertThat(seen.problem())
                .startsWith(
                        "module exports add(i32, i32) -> i32, more(i64, f32, f64) -> (), but no"
                                + " request reaches a function of numbers; make it follow one of"
                                + " these, the shortest way first: wasi-cgi (a program")
                .contains("; extism (a function () -> i32 ");
    }

    @Test
    void ofManyFunctionsOfNumbersFiveAreNamed() throws RefusedModuleException {
        var module = numbers();
        int function = module.function("", "I", bytes(0x00).end());
        for (int i = 0; i < 7; i++) {
            module.export("f" + i, 0, function);
        }
        assertThat(inspect(module).problem()).contains("f2() -> i64 and 4 more, but no request");
    }

    @Test
    void aModuleWithoutFunctionsIsToldToBeAProgram() throws RefusedModuleException {
        assertThat(inspect(Assembler.withMemory(1)).problem()).contains("main function");
    }

    @Test
    void aPluginIsKnownByItsImports() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        module.importing("extism:host/env", "input_length", "", "I");
        module.export("run", 0, module.function("", "i", bytes(0x00).end()));
        var seen = inspect(module.start(bytes().end()));
        assertThat(seen.abi()).contains(Abi.EXTISM);
        assertThat(seen.problem()).isEmpty();
    }
}
