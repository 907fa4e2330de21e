package dev.cress.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.Owner;

import java.io.ByteArrayOutputStream;
import java.util.Map;

/// The owner of a filter, who remembers its log.
record TestOwner(String function, Map<String, String> config, ByteArrayOutputStream logged)
        implements Owner {
    TestOwner(String function, Map<String, String> config) {
        this(function, config, new ByteArrayOutputStream());
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.NONE;
    }

    @Override
    public void log(byte[] text) {
        logged.writeBytes(text);
    }

    String logText() {
        return logged.toString(UTF_8);
    }
}
