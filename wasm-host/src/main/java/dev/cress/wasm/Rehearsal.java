package dev.cress.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.abi.Conventions;
import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostCaller;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;
import dev.cress.wasm.wasi.WasiFunctions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.Instance;
import run.endive.runtime.OpcodeImpl;
import run.endive.runtime.TrapException;
import run.endive.runtime.WasmInterruptedException;
import run.endive.runtime.WasmRuntimeException;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A run without a guest, before any guest's: it makes every host call and fails in every way, so
/// that no class of the host's or of the engine's is loaded or initialised within a guest's run.
/// There the stack may end at any moment, and a class whose static initialiser failed fails every
/// tenant until the process ends.
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    /// One memory of one page, and a function that loads from it in a block: functions too large
    /// to compile are interpreted as this one is.
    private static final byte[] MODULE = {
        0,
        'a',
        's',
        'm',
        1,
        0,
        0,
        0, // header
        1,
        4,
        1,
        0x60,
        0,
        0, // type
        3,
        2,
        1,
        0, // function
        5,
        3,
        1,
        0,
        1, // memory
        10,
        13,
        1,
        11,
        0,
        0x02,
        0x40,
        0x41,
        0,
        0x28,
        2,
        0,
        0x1a,
        0x0b,
        0x0b // code
    };

    /// Beyond what calls write to address 0.
    private static final int HEAD_AT = 32_768;

    /// Of the guest, and of what the host keeps for it.
    private static final int BYTES_MAX = 8 << 20;

    private static final byte[] HEAD = "Status: 200\nContent-Type: a\n\n!".getBytes(US_ASCII);

    /// Of them, `Status`.
    private static final int NAME_BYTES = 6;

    private static final int PATH_AT = 40_000;

    private static final byte[] PATH = "/a?b".getBytes(US_ASCII);

    /// What compiled code reaches by itself, and what is told to those who are granted nothing.
    private static final List<Class<?>> REACHED =
            List.of(
                    Capabilities.class,
                    OutboundException.class,
                    OutboundException.Reason.class,
                    OpcodeImpl.class,
                    PassiveDataSegment.class,
                    TrapException.class,
                    WasmInterruptedException.class,
                    WasmRuntimeException.class);

    private static final String TAIL_CALL = Instance.class.getName() + "$TailCallPending";

    private final GuestMemory memory;
    private final Instance instance;

    private Rehearsal() {
        memory =
                Objects.requireNonNull(
                        GuestMemory.allocate(
                                new MemoryBudget(BYTES_MAX),
                                new MemoryLimits(1, 1),
                                BYTES_MAX / GuestMemory.PAGE_SIZE));
        instance =
                Instance.builder(ModuleParser.parseStripped(MODULE))
                        .withMemoryFactory(_ -> memory)
                        .build();
    }

    static void hold(SecureRandom random) {
        var rehearsal = new Rehearsal();
        rehearsal.calls(random);
        rehearsal.instance.getMachine().call(0, new long[0]);
        rehearsal.failures();
    }

    private void calls(SecureRandom random) {
        for (Abi abi : Abi.values()) {
            var word = new RunWord(_ -> {});
            var exchange = new Nobody(request(), HEAD, new EveryCapability());
            var run = run(word, exchange, random);
            run.before(behind -> behind(word, behind, random));
            word.begin(new StopFlag());
            Convention convention = Conventions.of(abi);
            try {
                convention.serve(run, new EveryCall(run, convention));
            } catch (GuestEnded ended) {
                LOG.debug("{} rehearsed until {}", abi, ended.outcome());
            }
            run.log().write(LogLevel.INFO, HEAD);
            word.end();
        }
    }

    private HostRun run(RunWord word, GuestExchange exchange, SecureRandom random) {
        return new HostRun(word, memory, exchange, RunLimits.DEFAULT, random);
    }

    private Outcome behind(RunWord word, GuestExchange exchange, SecureRandom random) {
        var seen = new ConfiguredExchange(exchange, exchange.request().config());
        Object filters = Objects.requireNonNull(memory.host());
        var run = run(word, seen, random);
        var convention = Conventions.of(Abi.WASI_CGI);
        convention.serve(run, new EveryCall(run, convention));
        exchange.flush();
        exchange.end();
        exchange.capabilities();
        memory.attach(filters);
        word.recover();
        word.use(new StopFlag());
        return new Outcome.Completed();
    }

    /// A guest that makes every call there is, once, and ends after it was called a few times.
    private final class EveryCall implements Guest, HostCaller {
        private static final int CALLS_MAX = 100;

        private final HostRun run;
        private final Convention convention;
        private int calls;

        EveryCall(HostRun run, Convention convention) {
            this.run = run;
            this.convention = convention;
        }

        @Override
        public boolean has(String entry) {
            return true;
        }

        @Override
        public Set<String> entries() {
            return Set.of("a");
        }

        @Override
        public long[] call(String entry, long... arguments) {
            if (calls++ == 0) {
                run.word().leaveHost();
                memory.write(HEAD_AT, HEAD);
                memory.write(PATH_AT, PATH);
                HostFunctions.all().forEach(this::make);
                RehearsedFiles.CALLS.forEach(this::make);
                convention.rehearse(run, this);
                run.word().enterHost();
            } else if (calls > CALLS_MAX) {
                throw new GuestEnded(new Outcome.Completed());
            }
            return new long[] {1};
        }

        private void make(RehearsedFiles.Call call) {
            var function = HostFunctions.find(WasiFunctions.MODULE, call.function()).orElseThrow();
            memory.write(HEAD_AT, RehearsedFiles.PATHS);
            long[] arguments = call.arguments(HEAD_AT);
            function.handle().apply(instance, arguments);
        }

        private void make(ImportFunction function) {
            // a vector, where the answers of other calls go as well
            memory.writeI32(0, HEAD_AT);
            memory.writeI32(4, HEAD.length);
            long[] arguments = new long[function.functionType().params().size()];
            switch (function.name()) {
                case "fd_write" -> arguments[0] = arguments[2] = 1;
                case "fd_read", "poll_oneoff", "proc_exit" -> arguments[2 % arguments.length] = 1;
                case "random_get" -> arguments[1] = 1;
                case "abort" -> arguments[0] = HEAD_AT;
                case "enable_features" -> arguments[0] = 3;
                case "set_status_code" -> arguments[0] = 200;
                case "set_method", "log" -> text(arguments, function.name().equals("log") ? 1 : 0);
                case "set_uri" -> {
                    arguments[0] = PATH_AT;
                    arguments[1] = PATH.length;
                }
                case "get_header_values", "remove_header" -> text(arguments, 1);
                case "set_header_value", "add_header_value" -> {
                    text(arguments, 1);
                    text(arguments, 3);
                }
                case "read_body", "write_body" -> text(arguments, 1);
                default -> {}
            }
            make(function, arguments);
        }

        @Override
        public long call(String module, String name, long... arguments) {
            return make(HostFunctions.find(module, name).orElseThrow(), arguments);
        }

        private long make(ImportFunction function, long[] arguments) {
            try {
                long[] results = function.handle().apply(instance, arguments);
                return results.length == 0 ? 0 : results[0];
            } catch (GuestEnded ended) {
                run.word().leaveHost();
                return 0;
            }
        }
    }

    /// A name and its length, at this place of the arguments.
    private static void text(long[] arguments, int at) {
        arguments[at] = HEAD_AT;
        arguments[at + 1] = NAME_BYTES;
    }

    private void failures() {
        Capabilities.NONE.assets().find("");
        var flag = new StopFlag();
        flag.raise();
        if (flag.isRaised()) {
            flag.lower();
        }
        memory.grow(1);
        try {
            memory.readInt(-1);
        } catch (TrapException outOfBounds) {
            memory.detach();
        }
        var names = new ArrayList<String>();
        REACHED.forEach(type -> names.add(type.getName()));
        for (Class<?> type : Outcome.class.getPermittedSubclasses()) {
            names.add(type.getName());
        }
        names.add(TAIL_CALL);
        try {
            for (String name : names) {
                Class.forName(name);
            }
        } catch (ClassNotFoundException e) {
            throw new LinkageError("the engine has changed", e);
        }
    }

    /// One of everything that a guest is told of.
    private static GuestRequest request() {
        return new GuestRequest(
                "GET",
                "http",
                "::1",
                81,
                "/x/%41",
                "a=b",
                "HTTP/1.1",
                List.of(
                        new Header("content-type", "a"),
                        new Header("x-a", "b"),
                        new Header("x-a", "c")),
                0,
                "127.0.0.1",
                new GuestRequest.MatchedRoute("/x/*", "/x"),
                new GuestRequest.Place("nobody", 0, "", "", "", "DE", "Berlin"),
                Map.of("A", "b"));
    }
}
