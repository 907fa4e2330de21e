package dev.cress.cli;

import dev.cress.contract.Sha256;
import dev.cress.control.module.KeptImages;
import dev.cress.control.module.ModulePreparer;
import dev.cress.control.module.RefusedModule;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Lets the control plane check modules with the library that will run them, and keep the images
/// that come of it for nodes.
record Preparing(WasmHost host) implements ModulePreparer, KeptImages {
    @Override
    public String prepare(Path module, String abi) throws RefusedModule {
        return done(() -> host.prepare(Files.readAllBytes(module), abi).abi().text());
    }

    private interface Work<T> {
        T run() throws RefusedModuleException, IOException;
    }

    private static <T> T done(Work<T> work) throws RefusedModule {
        try {
            return work.run();
        } catch (RefusedModuleException e) {
            throw new RefusedModule(e.code(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<KeptImages> images() {
        return Optional.of(this);
    }

    @Override
    public String build() {
        return WasmHost.imageBuild();
    }

    @Override
    public Optional<Kept> find(Asked asked) {
        return host.keptFile(asked.module().hex(), wanted(asked))
                .map(kept -> new Kept(kept.file(), kept.bytes(), new Sha256(kept.sha256())));
    }

    private static Wanted wanted(Asked asked) {
        return new Wanted(asked.abi(), asked.snapshot());
    }

    @Override
    public void prepare(Path module, Asked asked) throws RefusedModule {
        var _ = done(() -> host.keptFile(Files.readAllBytes(module), wanted(asked)));
    }
}
