package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The example guests, prepared once per name.
final class Guests {
    private static final Map<Image, Isolates> ISOLATES = new ConcurrentHashMap<>();

    private final WasmHost host;
    private final Map<String, Image> images = new ConcurrentHashMap<>();

    Guests(WasmHost host) {
        this.host = host;
    }

    /// A run on the isolates that this image's runs share, so that a later one meets what an
    /// earlier one left.
    static GuestRun run(WasmHost host, Image image, GuestExchange exchange, RunLimits limits) {
        return ISOLATES.computeIfAbsent(image, host::isolates).run(exchange, limits);
    }

    static byte[] bytes(String example) {
        return read("examples", example);
    }

    /// A guest that only tests have.
    static byte[] ofTests(String name) {
        return read("wasm-host/src/test/guests", name);
    }

    private static byte[] read(String folder, String name) {
        try {
            return Files.readAllBytes(
                    Path.of(System.getProperty("cress.root"), folder, name, name + ".wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Image image(String example) {
        return images.computeIfAbsent(
                example,
                name -> {
                    try {
                        return host.prepare(bytes(name), "auto");
                    } catch (RefusedModuleException e) {
                        throw new AssertionError(name + " is refused: " + e.getMessage(), e);
                    }
                });
    }
}
