package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// How long until a whole answer, from what is at hand: a module's bytes, an image, a warm image? A
/// host gives the same bytes the same image while it is in use, so every image here has a host of
/// its own. How often and in which JVM: [ColdStartQuestion].
public class ColdStart {
    private static final String ABI = "auto";

    @Benchmark
    public int module(ModuleBytes at) throws RefusedModuleException {
        try (var host = WasmHost.withHalfTheHeap()) {
            return at.asked.ask(host.isolates(host.prepare(at.module, ABI)));
        }
    }

    @Benchmark
    public int image(FreshImage at) {
        return at.asked.ask(at.isolates);
    }

    @Benchmark
    public int warm(UsedImage at) {
        return at.asked.ask(at.isolates);
    }

    /// A module's bytes in memory.
    @State(Scope.Thread)
    public static class ModuleBytes {
        @Param("hello")
        public String guest = "hello";

        private Guest asked;
        private byte[] module;

        @Setup
        public void read() {
            asked = Guest.named(guest);
            module = asked.module();
        }
    }

    /// An image that nobody ran before: made anew for each answer, outside of its time.
    @State(Scope.Thread)
    public static class FreshImage {
        @Param("hello")
        public String guest = "hello";

        private Guest asked;
        private WasmHost host;
        private Isolates isolates;

        @Setup(Level.Invocation)
        public void prepare() throws RefusedModuleException {
            asked = Guest.named(guest);
            host = WasmHost.withHalfTheHeap();
            isolates = host.isolates(host.prepare(asked.module(), ABI));
        }

        @TearDown(Level.Invocation)
        public void close() {
            host.close();
        }
    }

    /// One image for all answers.
    @State(Scope.Thread)
    public static class UsedImage {
        @Param("hello")
        public String guest = "hello";

        private Guest asked;
        private WasmHost host;
        private Isolates isolates;

        @Setup
        public void prepare() throws RefusedModuleException {
            asked = Guest.named(guest);
            host = WasmHost.withHalfTheHeap();
            isolates = host.isolates(host.prepare(asked.module(), ABI));
        }

        @TearDown
        public void close() {
            host.close();
        }
    }
}
