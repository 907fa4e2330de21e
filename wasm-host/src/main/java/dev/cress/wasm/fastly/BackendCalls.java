package dev.cress.wasm.fastly;

import dev.cress.wasm.fastly.Backends.Backend;
import dev.cress.wasm.fastly.Bindings.Call;

import java.util.List;

/// What is known of backends, and making more (`fastly_backend`,
/// `fastly_http_req.register_dynamic_backend`). Of a backend's settings only its host, its port and
/// TLS count: connections and how long they last are the host's.
final class BackendCalls {
    private static final int HOST_OVERRIDE = 1 << 1;
    private static final int USE_SSL = 1 << 5;
    private static final int CLIENT_CERT = 1 << 13;
    private static final int HOST_BYTES_MAX = 1_024;
    private static final int HEALTH_UNKNOWN = 0;

    private BackendCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_http_req").bind("register_dynamic_backend", BackendCalls::register);
        Bindings.Module module = bindings.module("fastly_backend");
        module.bind("exists", BackendCalls::exists)
                .bind("is_healthy", number(_ -> HEALTH_UNKNOWN))
                .bind("is_dynamic", number(backend -> backend.isDynamic() ? 1 : 0))
                .bind("get_host", (run, p) -> p.fill(2, backend(run, p).host()))
                .bind("get_override_host", BackendCalls::overrideHost)
                .bind("get_port", BackendCalls::port)
                .bind("is_ssl", number(backend -> backend.isTls() ? 1 : 0));
        for (String keepalive :
                List.of(
                        "get_http_keepalive_time",
                        "get_tcp_keepalive_enable",
                        "get_tcp_keepalive_interval",
                        "get_tcp_keepalive_probes",
                        "get_tcp_keepalive_time")) {
            module.bind(keepalive, number(_ -> 0));
        }
        for (String setting :
                List.of(
                        "get_connect_timeout_ms",
                        "get_first_byte_timeout_ms",
                        "get_between_bytes_timeout_ms",
                        "get_ssl_min_version",
                        "get_ssl_max_version")) {
            module.bind(setting, BackendCalls::notKnown);
        }
    }

    private interface Property {
        int of(Backend backend);
    }

    private static Call number(Property property) {
        return (run, passed) -> passed.answer(2, property.of(backend(run, passed)));
    }

    private static Backend backend(FastlyRun run, Passed passed) {
        return run.backends().get(passed.text(0, Backends.NAME_BYTES_MAX));
    }

    private static void exists(FastlyRun run, Passed passed) {
        String name = passed.text(0, Backends.NAME_BYTES_MAX);
        passed.answer(2, run.backends().find(name).isPresent() ? 1 : 0);
    }

    private static void overrideHost(FastlyRun run, Passed passed) {
        String host = backend(run, passed).hostOverride();
        if (host.isEmpty()) {
            throw new Refused(Status.NONE);
        }
        passed.fill(2, host);
    }

    /// A port has 16 bits.
    private static void port(FastlyRun run, Passed passed) {
        passed.memory().writeShort(passed.number(2), (short) backend(run, passed).port());
    }

    private static void notKnown(FastlyRun run, Passed passed) {
        backend(run, passed);
        throw new Refused(Status.UNSUPPORTED);
    }

    private static void register(FastlyRun run, Passed passed) {
        String name = passed.text(0, Backends.NAME_BYTES_MAX);
        String target = passed.text(2, HOST_BYTES_MAX);
        int mask = passed.number(4);
        int config = passed.number(5);
        if ((mask & CLIENT_CERT) != 0) {
            run.unsupported("fastly_http_req.register_dynamic_backend with a client's certificate");
        }
        String override = "";
        if ((mask & HOST_OVERRIDE) != 0) {
            int at = passed.memory().readInt(config);
            override = passed.textAt(at, passed.memory().readInt(config, 4), HOST_BYTES_MAX);
        }
        run.backends().register(name, target, (mask & USE_SSL) != 0, override);
    }
}
