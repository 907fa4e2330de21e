package dev.cress.wasm.wasi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;
import dev.cress.wasm.wasi.Descriptor.OpenFolder;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.types.MemoryLimits;

import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Calls WASI functions as a guest would, on a memory of one page.
final class WasiCaller implements GuestStreams {
    static final Map<String, ImportFunction> FUNCTIONS =
            WasiFunctions.CALLS.functions().stream()
                    .collect(Collectors.toMap(ImportFunction::name, f -> f));

    static final int MEMORY_BYTES = GuestMemory.PAGE_SIZE;
    static final int BUDGET_BYTES = 1 << 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    final GuestMemory memory =
            Objects.requireNonNull(
                    GuestMemory.allocate(
                            new MemoryBudget(BUDGET_BYTES),
                            new MemoryLimits(1, 1),
                            BUDGET_BYTES / MEMORY_BYTES));

    final ByteArrayOutputStream output = new ByteArrayOutputStream();
    final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Instance instance =
            Instance.builder(Parser.parse(Assembler.withMemory(1).toBytes()))
                    .withMemoryFactory(_ -> memory)
                    .build();

    private byte[] input = new byte[0];

    /// What the runs to come find behind their streams.
    Function<GuestMemory, List<OpenFolder>> mounts = _ -> List.of();

    RunWord word = new RunWord(_ -> {});

    WasiCaller() {
        restart(List.of(), List.of());
    }

    /// A new run on the same memory.
    void restart(List<String> arguments, List<String> environment) {
        memory.giveBackBeside(memory.bytesBeside());
        word = new RunWord(_ -> {});
        var run = new HostRun(word, memory, new Nobody(), RunLimits.DEFAULT, RANDOM);
        WasiFunctions.CALLS.put(
                run,
                new WasiProcess(
                        run,
                        () -> new WasiProcess.Words(utf8(arguments), utf8(environment)),
                        this,
                        () -> mounts.apply(memory),
                        true));
        word.begin(new StopFlag());
        word.leaveHost();
    }

    /// Descriptor 5, where there is a scratch folder.
    void openScratchFile() {
        memory.writeByte(0, (byte) 'f');
        call("path_open", 4, 0, 0, 1, 1, Rights.FD_READ | Rights.FD_WRITE, 0, 0, 8);
    }

    private static List<byte[]> utf8(List<String> strings) {
        return strings.stream().map(s -> s.getBytes(UTF_8)).toList();
    }

    void input(String text) {
        input = text.getBytes(UTF_8);
    }

    static ImportFunction function(String name) {
        return Objects.requireNonNull(FUNCTIONS.get(name), name);
    }

    /// The error number.
    int call(String function, long... args) {
        return (int) function(function).handle().apply(instance, args)[0];
    }

    String text(int at, int length) {
        return new String(memory.readBytes(at, length), UTF_8);
    }

    @Override
    public int readInput(byte[] into, int offset, int length) {
        if (input.length == 0) {
            return -1;
        }
        int count = Math.min(length, input.length);
        System.arraycopy(input, 0, into, offset, count);
        input = Arrays.copyOfRange(input, count, input.length);
        return count;
    }

    @Override
    public void writeOutput(byte[] bytes, int length) {
        output.write(bytes, 0, length);
    }

    @Override
    public void writeError(byte[] bytes) {
        errors.writeBytes(bytes);
    }
}
