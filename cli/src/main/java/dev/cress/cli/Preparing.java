package dev.cress.cli;

import dev.cress.control.module.ModulePreparer;
import dev.cress.control.module.RefusedModule;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Lets the control plane check modules with the library that will run them. In this process for
/// now: a child JVM takes its place behind the same face.
record Preparing(WasmHost host) implements ModulePreparer {
    @Override
    public String prepare(Path module, String abi) throws RefusedModule {
        try {
            return host.prepare(Files.readAllBytes(module), abi).abi().text();
        } catch (RefusedModuleException e) {
            throw new RefusedModule(e.code(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
