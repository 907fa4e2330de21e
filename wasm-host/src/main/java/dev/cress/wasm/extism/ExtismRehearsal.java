package dev.cress.wasm.extism;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.stop.GuestEnded;

/// One run that does what plug-ins do, and what they do wrong.
final class ExtismRehearsal {
    private static final byte[] REQUEST =
            """
            {"url": "http://a/\\u0041\\n", "method": null, "headers": {"a": "b"},
             "more": [{"a": "b"}, -1.5, true, []]}\
            """
                    .getBytes(UTF_8);

    private static final byte[] PIECE = new byte[PluginMemory.PAGE_BYTES];
    private static final byte[] NO_TEXT = {(byte) 0xff};
    private static final byte[] NO_JSON = {'{'};
    private static final byte[] NO_HEADER =
            "{\"url\": \"\", \"headers\": {\"\": \"\"}}".getBytes(UTF_8);

    private final Plugin plugin;
    private final PluginMemory memory;

    private ExtismRehearsal(Plugin plugin) {
        this.plugin = plugin;
        this.memory = plugin.memory();
    }

    static void hold(HostRun run) {
        var rehearsal = new ExtismRehearsal(new Plugin(run));
        rehearsal.calls();
        rehearsal.memory();
        rehearsal.failures();
    }

    private void memory() {
        long block = memory.allocate(2L * PluginMemory.PAGE_BYTES);
        memory.storeLong(block, 1);
        memory.storeLong(PluginMemory.PAGE_BYTES - 1, memory.loadLong(block));
        memory.loadLong(PluginMemory.PAGE_BYTES - 1);
        memory.free(block);
        memory.free(memory.allocate(1));
        plugin.output(block, 1);
        plugin.reset();
    }

    private void calls() {
        plugin.loadInputLong(0);
        for (String name : new String[] {"A", "S", "none"}) {
            plugin.config(block(name.getBytes(UTF_8)));
        }
        plugin.variable(block(NO_JSON), block(NO_TEXT));
        plugin.variable(block(NO_JSON), block(NO_TEXT));
        plugin.variable(block(NO_JSON));
        plugin.variable(block(NO_JSON), PluginMemory.NONE);
        plugin.log(LogLevel.ERROR, block(REQUEST));
        plugin.logLevel();
        plugin.http().request(block(REQUEST), block(NO_JSON));
        plugin.http().headers();
    }

    private void failures() {
        fail(() -> plugin.config(PluginMemory.NONE));
        fail(() -> plugin.config(block(NO_TEXT)));
        fail(() -> plugin.config(memory.allocate(Plugin.NAME_BYTES_MAX + 1)));
        fail(() -> plugin.variable(block(NO_JSON), memory.allocate(Variables.BYTES_MAX)));
        fail(() -> plugin.http().request(memory.allocate(PluginHttp.REQUEST_BYTES_MAX + 1), 0));
        for (byte[] wrong : new byte[][] {NO_TEXT, NO_JSON, NO_HEADER}) {
            fail(() -> plugin.http().request(block(wrong), PluginMemory.NONE));
        }
        while (memory.allocate(PIECE.length) != PluginMemory.NONE) {
            plugin.free(PluginMemory.NONE);
        }
        fail(() -> block(PIECE));
    }

    private long block(byte[] bytes) {
        return memory.blockOf(bytes);
    }

    private static void fail(Runnable call) {
        try {
            call.run();
        } catch (GuestEnded ended) {
            return;
        }
        throw new IllegalStateException("a call that must fail did not");
    }
}
