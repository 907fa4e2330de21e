package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.host.RunLog;

import java.util.Map;

/// What a version is configured with, its secrets, its log and where addresses are
/// (`fastly_dictionary`, `fastly_config_store`, `fastly_secret_store`, `fastly_log`, `fastly_geo`).
///
/// All dictionaries and config stores are the manifest's `config`: the key `a.b` of the store `s`
/// is `s_a_b` if that is declared, else `a_b`. All secret stores are its `secrets`.
final class StoreCalls {
    private static final int NAME_BYTES_MAX = 255;
    private static final int KEY_BYTES_MAX = 255;
    private static final int SECRET_BYTES_MAX = 64 * 1024;

    private StoreCalls() {}

    private record ConfigStore(String name) {}

    private record SecretStore() {}

    private static final class Secret {
        private final byte[] value;

        private Secret(byte[] value) {
            this.value = value;
        }
    }

    private record LogEndpoint(String name) {}

    static void bind(Bindings bindings) {
        for (String module : new String[] {"fastly_dictionary", "fastly_config_store"}) {
            bindings.module(module)
                    .bind("open", StoreCalls::openConfig)
                    .bind("get", StoreCalls::config);
        }
        bindings.module("fastly_secret_store")
                .bind("open", StoreCalls::openSecrets)
                .bind("get", StoreCalls::secret)
                .bind("plaintext", StoreCalls::plaintext)
                .bind("from_bytes", StoreCalls::secretOfGuest);
        bindings.module("fastly_log")
                .bind("endpoint_get", StoreCalls::endpoint)
                .bind("write", StoreCalls::log);
        bindings.module("fastly_geo").bind("lookup", StoreCalls::locate);
    }

    private static String name(Passed passed) {
        String name = passed.text(0, NAME_BYTES_MAX);
        if (name.isEmpty()) {
            throw new Refused(Status.NONE);
        }
        return name;
    }

    private static void openConfig(FastlyRun run, Passed passed) {
        passed.answer(2, run.handles().add(new ConfigStore(asConfig(name(passed)))));
    }

    private static void config(FastlyRun run, Passed passed) {
        String store = run.handles().get(passed.number(0), ConfigStore.class).name();
        String key = asConfig(passed.text(1, KEY_BYTES_MAX));
        Map<String, String> config = run.host().exchange().request().config();
        String value = config.getOrDefault(store + "_" + key, config.get(key));
        if (value == null) {
            throw new Refused(Status.NONE);
        }
        passed.fill(3, value);
    }

    /// Letters, digits and `_`, of which the names of configuration are made.
    private static String asConfig(String name) {
        var made = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean kept = c < 0x80 && Character.isLetterOrDigit(c);
            made.append(kept ? c : '_');
        }
        return made.toString();
    }

    private static void openSecrets(FastlyRun run, Passed passed) {
        name(passed);
        passed.answer(2, run.handles().add(new SecretStore()));
    }

    private static void secret(FastlyRun run, Passed passed) {
        run.handles().get(passed.number(0), SecretStore.class);
        String name = passed.text(1, KEY_BYTES_MAX);
        byte[] value =
                run.host()
                        .exchange()
                        .capabilities()
                        .secret(name)
                        .orElseThrow(() -> new Refused(Status.NONE));
        run.host().word().checkStopped();
        passed.answer(3, run.handles().add(new Secret(value)));
    }

    private static void plaintext(FastlyRun run, Passed passed) {
        passed.fill(1, run.handles().get(passed.number(0), Secret.class).value);
    }

    private static void secretOfGuest(FastlyRun run, Passed passed) {
        byte[] value = passed.bytes(0, SECRET_BYTES_MAX);
        run.allowance().take(value.length);
        passed.answer(2, run.handles().add(new Secret(value)));
    }

    private static void endpoint(FastlyRun run, Passed passed) {
        passed.answer(2, run.handles().add(new LogEndpoint(passed.text(0, NAME_BYTES_MAX))));
    }

    /// One line of the function's log, `NAME: MESSAGE`. An endpoint has no levels: `info`.
    private static void log(FastlyRun run, Passed passed) {
        String name = run.handles().get(passed.number(0), LogEndpoint.class).name();
        RunLog log = run.host().log();
        if (!log.keeps(LogLevel.INFO)) {
            passed.answer(3, passed.number(2));
            return;
        }
        // more than the log may have is cut by it, and it says so
        long kept = Math.min(Integer.toUnsignedLong(passed.number(2)), logBytesMax(run));
        byte[] message = passed.bytesAt(passed.number(1), (int) kept, Integer.MAX_VALUE);
        String text = new String(message, UTF_8);
        String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        log.line(LogLevel.INFO, name + ": " + line);
        passed.answer(3, passed.number(2));
    }

    private static int logBytesMax(FastlyRun run) {
        return run.host().limits().logBytes();
    }

    private static void locate(FastlyRun run, Passed passed) {
        int length = passed.number(1);
        if (length != 4 && length != 16) {
            throw new Refused(Status.INVAL);
        }
        byte[] address = passed.bytes(0, length);
        passed.fill(2, GeoLookup.of(run.host().exchange(), address));
    }
}
