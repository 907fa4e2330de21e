package dev.cress.wasm.javascript;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.scan.CustomSections;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/// A script as a module: the engine's module with the script in a custom section of its own.
public final class ScriptModule {
    /// Bytes of a script, as UTF-8.
    public static final int SCRIPT_BYTES_MAX = 4 << 20;

    private static final String SECTION = "cress.script";
    private static final String ENGINE = "quickjs.wasm";

    private ScriptModule() {}

    /// The module to deploy for a script.
    ///
    /// @param script an ES module, as UTF-8
    public static byte[] of(byte[] script) throws RefusedModuleException {
        if (script.length > SCRIPT_BYTES_MAX) {
            throw new RefusedModuleException(
                    "module-too-large",
                    "script has %d bytes, at most %d".formatted(script.length, SCRIPT_BYTES_MAX));
        }
        var module = new ByteArrayOutputStream();
        module.writeBytes(resource(ENGINE));
        CustomSections.append(module, SECTION, script);
        return module.toByteArray();
    }

    /// The script in a module, if it has one.
    static Optional<String> script(byte[] module) {
        return CustomSections.find(module, SECTION).map(bytes -> new String(bytes, UTF_8));
    }

    static String text(String name) {
        return new String(resource(name), UTF_8);
    }

    private static byte[] resource(String name) {
        try (InputStream in = ScriptModule.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the build lacks " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
