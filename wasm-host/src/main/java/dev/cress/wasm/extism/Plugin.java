package dev.cress.wasm.extism;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.stop.GuestEnded;

import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/// One run of a guest as the host calls of `extism:host/env` see it. A *handle* is the offset of a
/// block in the [PluginMemory] of both; calls that take one take the block with it. Lives as long
/// as the run, on the guest's thread.
public final class Plugin {
    /// Of a name of a variable or of a config value; longer ones nobody has.
    static final int NAME_BYTES_MAX = 64 << 10;

    private final HostRun run;
    private final PluginMemory memory;
    private final PluginHttp http;
    private final Variables variables = new Variables();
    private boolean inputTaken;
    private long input;
    private long inputLength;
    private long output;
    private long outputLength;
    private long error;

    Plugin(HostRun run) {
        this.run = run;
        this.memory = new PluginMemory(run);
        this.http = new PluginHttp(run, memory);
    }

    PluginMemory memory() {
        return memory;
    }

    PluginHttp http() {
        return http;
    }

    /// Reads the request's body when the guest first asks for it.
    private void takeInput() {
        if (!inputTaken) {
            inputTaken = true;
            var exchange = run.exchange();
            input = memory.blockOf(exchange::read);
            inputLength = memory.length(input);
        }
    }

    long input() {
        takeInput();
        return input;
    }

    long inputLength() {
        takeInput();
        return inputLength;
    }

    /// A range that isn't in memory changes nothing.
    void input(long offset, long length) {
        if (memory.has(offset, length)) {
            inputTaken = true;
            input = offset;
            inputLength = length;
        }
    }

    long loadInput(long offset) {
        boolean inside = offset >= 0 && offset < inputLength();
        return inside ? memory.load(input + offset) & 0xff : 0;
    }

    long loadInputLong(long offset) {
        boolean inside = offset >= 0 && offset <= inputLength() - Long.BYTES;
        return inside ? memory.loadLong(input + offset) : 0;
    }

    long output() {
        return output;
    }

    long outputLength() {
        return outputLength;
    }

    /// A range that isn't in memory changes nothing; one of no bytes is anywhere.
    void output(long offset, long length) {
        if (length == 0 || memory.has(offset, length)) {
            output = offset;
            outputLength = length;
        }
    }

    long error() {
        return error;
    }

    void error(long handle) {
        if (handle == PluginMemory.NONE || memory.has(handle, 1)) {
            error = handle;
        }
    }

    /// What it set as its error, or nothing.
    byte[] errorText() {
        return memory.bytes(error, (int) Math.min(memory.length(error), run.limits().logBytes()));
    }

    void free(long handle) {
        if (handle == input && memory.length(handle) > 0) {
            inputLength = 0;
        }
        memory.free(handle);
    }

    /// Forgets all blocks, and what was input, output and error.
    void reset() {
        memory.reset();
        inputTaken = true;
        input = inputLength = output = outputLength = error = 0;
    }

    /// A secret that the manifest grants, or else what it configures.
    long config(long nameHandle) {
        String name = name("config_get", nameHandle);
        Optional<byte[]> secret = run.exchange().capabilities().secret(name);
        if (secret.isPresent()) {
            return memory.blockOf(secret.get());
        }
        String value = run.exchange().request().config().get(name);
        return value == null ? PluginMemory.NONE : memory.blockOf(value.getBytes(UTF_8));
    }

    long variable(long name) {
        byte[] value = variables.get(name("var_get", name));
        return value == null ? PluginMemory.NONE : memory.blockOf(value);
    }

    /// @param value the handle of the new one, or none to remove the variable
    void variable(long nameHandle, long value) {
        // an image doesn't keep it
        run.differs();
        String name = name("var_set", nameHandle);
        if (value == PluginMemory.NONE) {
            variables.remove(name);
            return;
        }
        long length = required("var_set", value);
        if (!variables.fits(name, length)) {
            throw trap(
                    "var_set", "variables take more than %d bytes".formatted(Variables.BYTES_MAX));
        }
        variables.put(name, memory.bytes(value, (int) length));
        memory.free(value);
    }

    /// The text of a block, which is freed.
    private String name(String call, long handle) {
        long length = required(call, handle);
        if (length > NAME_BYTES_MAX) {
            throw trap(call, "a name of %d bytes, at most %d".formatted(length, NAME_BYTES_MAX));
        }
        byte[] bytes = memory.bytes(handle, (int) length);
        memory.free(handle);
        try {
            return Utf8.text(bytes);
        } catch (CharacterCodingException e) {
            throw trap(call, "a name that is not UTF-8");
        }
    }

    private long required(String call, long handle) {
        return required(memory, call, handle);
    }

    /// The length of a block, which must be there.
    static long required(PluginMemory memory, String call, long handle) {
        long length = memory.length(handle);
        if (length == 0) {
            throw trap(call, "no block is at %s".formatted(Long.toUnsignedString(handle)));
        }
        return length;
    }

    /// The least level that is kept of its log, as the ABI counts them.
    int logLevel() {
        run.differs();
        return switch (run.log().least()) {
            case TRACE -> 0;
            case DEBUG -> 1;
            case INFO -> 2;
            case WARN -> 3;
            case ERROR -> 4;
        };
    }

    /// Writes a line; an empty one isn't written.
    void log(LogLevel at, long handle) {
        if (handle == PluginMemory.NONE) {
            return;
        }
        if (run.log().keeps(at)) {
            long length = required("log", handle);
            int some = (int) Math.min(length, run.limits().logBytes());
            run.log().line(at, memory.bytes(handle, some));
        }
        memory.free(handle);
    }

    /// The reference host would fail the call.
    static GuestEnded trap(String call, String why) {
        return new GuestEnded(new Outcome.Trapped("%s: %s".formatted(call, why)));
    }
}
