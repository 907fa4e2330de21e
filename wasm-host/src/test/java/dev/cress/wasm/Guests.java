package dev.cress.wasm;

import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The example guests, prepared once per name.
final class Guests {
    private final WasmHost host;
    private final Map<String, Image> images = new ConcurrentHashMap<>();

    Guests(WasmHost host) {
        this.host = host;
    }

    static byte[] bytes(String example) {
        try {
            return Files.readAllBytes(
                    Path.of(
                            System.getProperty("cress.root"),
                            "examples",
                            example,
                            example + ".wasm"));
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
