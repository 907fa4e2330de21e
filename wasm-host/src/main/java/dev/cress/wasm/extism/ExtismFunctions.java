package dev.cress.wasm.extism;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;

/// All functions that the reference host offers: those of its kernel and those of its own.
public final class ExtismFunctions {
    public static final String MODULE = "extism:host/env";

    public static final HostCalls<Plugin> CALLS = new HostCalls<>(Family.EXTISM, Plugin::new);

    static {
        memory();
        inputAndOutput();
        told();
        log();
    }

    private ExtismFunctions() {}

    private static void memory() {
        add("alloc", "I", "I", (p, a) -> p.memory().allocate(a[0]));
        add("free", "I", (p, a) -> p.free(a[0]));
        add("length", "I", "I", (p, a) -> p.memory().length(a[0]));
        // without its check there it is faster; here both are
        add("length_unsafe", "I", "I", (p, a) -> p.memory().length(a[0]));
        add("load_u8", "I", "i", (p, a) -> p.memory().load(a[0]) & 0xff);
        add("load_u64", "I", "I", (p, a) -> p.memory().loadLong(a[0]));
        add("store_u8", "Ii", (p, a) -> p.memory().store(a[0], (byte) a[1]));
        add("store_u64", "II", (p, a) -> p.memory().storeLong(a[0], a[1]));
        add("memory_bytes", "", "I", (p, a) -> p.memory().size());
        add("reset", "", (p, a) -> p.reset());
    }

    private static void inputAndOutput() {
        add("input_length", "", "I", (p, a) -> p.inputLength());
        add("input_offset", "", "I", (p, a) -> p.input());
        add("input_load_u8", "I", "i", (p, a) -> p.loadInput(a[0]));
        add("input_load_u64", "I", "I", (p, a) -> p.loadInputLong(a[0]));
        add("input_set", "II", (p, a) -> p.input(a[0], a[1]));
        add("output_set", "II", (p, a) -> p.output(a[0], a[1]));
        add("output_offset", "", "I", (p, a) -> p.output());
        add("output_length", "", "I", (p, a) -> p.outputLength());
        add("error_set", "I", (p, a) -> p.error(a[0]));
        add("error_get", "", "I", (p, a) -> p.error());
    }

    private static void told() {
        add("config_get", "I", "I", (p, a) -> p.config(a[0]));
        add("var_get", "I", "I", (p, a) -> p.variable(a[0]));
        add("var_set", "II", (p, a) -> p.variable(a[0], a[1]));
        add("http_request", "II", "I", (p, a) -> p.http().request(a[0], a[1]));
        add("http_status_code", "", "i", (p, a) -> p.http().status());
        add("http_headers", "", "I", (p, a) -> p.http().headers());
    }

    private static void log() {
        add("log_trace", "I", (p, a) -> p.log(LogLevel.TRACE, a[0]));
        add("log_debug", "I", (p, a) -> p.log(LogLevel.DEBUG, a[0]));
        add("log_info", "I", (p, a) -> p.log(LogLevel.INFO, a[0]));
        add("log_warn", "I", (p, a) -> p.log(LogLevel.WARN, a[0]));
        add("log_error", "I", (p, a) -> p.log(LogLevel.ERROR, a[0]));
        add("get_log_level", "", "i", (p, a) -> p.logLevel());
    }

    private static void add(
            String name, String parameters, String result, HostCalls.Call<Plugin> call) {
        CALLS.add(MODULE, name, parameters, result, call);
    }

    private static void add(String name, String parameters, HostCalls.Command<Plugin> command) {
        CALLS.add(MODULE, name, parameters, command);
    }
}
