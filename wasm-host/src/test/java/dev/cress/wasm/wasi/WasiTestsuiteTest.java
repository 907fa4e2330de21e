package dev.cress.wasm.wasi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;
import dev.cress.wasm.wasi.Descriptor.OpenFolder;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Runs the public WASI preview 1 test suite, `-Dcress.wasi-testsuite=PATH` of a checkout of its
/// branch `prod/testsuite-base`, each test with the files that it wants in a scratch folder mounted
/// as `/`. `WASI-TESTSUITE.md` says what came of it.
class WasiTestsuiteTest {
    private static final String PROPERTY = "cress.wasi-testsuite";

    /// Those that don't pass, and why.
    private static final Map<String, String> EXPECTED_TO_FAIL = Map.of();

    private static final long SCRATCH_BYTES = 8 << 20;
    private static final int PAGES_MAX = 512;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void passes() throws IOException {
        String suite = System.getProperty(PROPERTY);
        assumeTrue(suite != null, "no -D" + PROPERTY + "=PATH of a checkout of wasi-testsuite");
        Map<String, String> failed = new TreeMap<>();
        int passed = 0;
        for (Path module : modules(Path.of(Objects.requireNonNull(suite)))) {
            String name = module.getFileName().toString().replace(".wasm", "");
            String problem = problem(module);
            System.out.printf(
                    "%-40s %s%n", name, problem.isEmpty() ? "passes" : "FAILS: " + problem);
            if (problem.isEmpty()) {
                passed++;
            } else {
                failed.put(name, problem);
            }
        }
        System.out.printf("%d of %d pass%n", passed, passed + failed.size());
        assertThat(failed.keySet()).isEqualTo(EXPECTED_TO_FAIL.keySet());
        assertThat(passed).as("tests that pass").isPositive();
    }

    private static List<Path> modules(Path suite) throws IOException {
        try (Stream<Path> files = Files.walk(suite.resolve("tests"))) {
            return files.filter(file -> file.toString().endsWith(".wasm"))
                    .filter(
                            file ->
                                    file.resolve("..")
                                            .normalize()
                                            .endsWith("testsuite/wasm32-wasip1"))
                    .sorted()
                    .toList();
        }
    }

    /// What a test is given and what it must do (`doc/specification.md` of the suite).
    private record Wanted(
            List<String> arguments,
            List<String> environment,
            @Nullable Path root,
            int exit,
            String output) {
        static Wanted of(Path module) throws IOException {
            Path file = Path.of(module.toString().replace(".wasm", ".json"));
            JsonNode json = Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.nullNode();
            var arguments = new ArrayList<>(List.of(module.getFileName().toString()));
            json.path("args").forEach(argument -> arguments.add(argument.asText()));
            var environment = new ArrayList<String>();
            json.path("env")
                    .properties()
                    .forEach(e -> environment.add(e.getKey() + "=" + e.getValue().asText()));
            return new Wanted(
                    arguments,
                    environment,
                    json.has("root") ? module.resolveSibling(json.get("root").asText()) : null,
                    json.path("exit_code").asInt(0),
                    json.path("stdout").asText(""));
        }
    }

    /// Empty if the test passes.
    private static String problem(Path module) throws IOException {
        Wanted wanted = Wanted.of(module);
        var output = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        String ended;
        try {
            run(Files.readAllBytes(module), wanted, output, errors);
            ended = "0";
        } catch (GuestEnded end) {
            ended = end.outcome() instanceof Outcome.Exited(int code) ? "" + code : "0";
        } catch (WasmEngineException trap) {
            ended = trap.toString();
        }
        if (!ended.equals("" + wanted.exit())) {
            return "ended with %s: %s".formatted(ended, errors.toString(UTF_8).strip());
        }
        boolean said = wanted.output().isEmpty() || wanted.output().equals(output.toString(UTF_8));
        return said ? "" : "wrote " + output.toString(UTF_8);
    }

    private static void run(
            byte[] bytes, Wanted wanted, ByteArrayOutputStream output, ByteArrayOutputStream errors)
            throws IOException {
        var module = Parser.parse(bytes);
        var budget = new MemoryBudget(1L << 30);
        var memories = new ArrayList<GuestMemory>();
        Instance instance =
                Instance.builder(module)
                        .withImportValues(HostFunctions.importsOf(module))
                        .withMemoryFactory(
                                limits -> {
                                    memories.add(
                                            Objects.requireNonNull(
                                                    GuestMemory.allocate(
                                                            budget, limits, PAGES_MAX)));
                                    return memories.getLast();
                                })
                        .withStart(false)
                        .build();
        GuestMemory memory = memories.getFirst();
        var word = new RunWord(_ -> {});
        var run = new HostRun(word, memory, new Nobody(), RunLimits.DEFAULT, RANDOM);
        List<OpenFolder> mounts = mounts(memory, wanted.root());
        WasiFunctions.CALLS.put(
                run,
                new WasiProcess(
                        run,
                        () ->
                                new WasiProcess.Words(
                                        utf8(wanted.arguments()), utf8(wanted.environment())),
                        new Collected(output, errors),
                        () -> mounts,
                        true));
        word.begin(new StopFlag());
        word.leaveHost();
        instance.export("_start").apply();
    }

    private static List<byte[]> utf8(List<String> strings) {
        return strings.stream().map(s -> s.getBytes(UTF_8)).toList();
    }

    private static List<OpenFolder> mounts(GuestMemory memory, @Nullable Path root)
            throws IOException {
        if (root == null) {
            return List.of();
        }
        FolderInode folder = Scratch.folder(memory, SCRATCH_BYTES);
        try {
            fill(folder, root);
        } catch (FileFault fault) {
            throw new IOException(fault);
        }
        return List.of(new OpenFolder(folder, "/"));
    }

    private static void fill(FolderInode folder, Path from) throws IOException, FileFault {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (Files.isDirectory(file)) {
                    folder.createFolder(name);
                    fill((FolderInode) Objects.requireNonNull(folder.child(name)), file);
                } else {
                    byte[] content = Files.readAllBytes(file);
                    folder.createFile(name).write(0, content, 0, content.length);
                }
            }
        }
    }

    /// No input; what is written is kept.
    private record Collected(ByteArrayOutputStream output, ByteArrayOutputStream errors)
            implements GuestStreams {
        @Override
        public int readInput(byte[] into, int offset, int length) {
            return -1;
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
}
