package dev.cress.bench;

import dev.cress.contract.Api;
import dev.cress.contract.CressHeader;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.Json;
import dev.cress.contract.Sha256;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A control plane and a node, each a process, that are killed at random moments while clients
/// change functions; after each restart both are held to what was answered. Used by one thread.
final class CrashRounds implements AutoCloseable {
    private static final int WRITERS = 4;
    /// Changes that are answered before a process is killed, and how long that may take.
    private static final int ANSWERED_MAX = 40;

    private static final Duration ALIVE_MAX = Duration.ofSeconds(30);

    /// And a moment more, of a change's length.
    private static final Duration MORE_MAX = Duration.ofMillis(5);

    private static final Duration LEVEL_WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_AT_ANSWERS = Duration.ofNanos(100_000);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final Pattern ALARMS =
            Pattern.compile("^cress_control_alarms_total (\\S+)", Pattern.MULTILINE);
    private static final Pattern VERSION =
            Pattern.compile("^%s: (\\d+)".formatted(CressHeader.VERSION.text()), Pattern.MULTILINE);

    private final PrintStream progress;
    private final Random random;
    private final KilledProcess control;
    private final KilledProcess node;
    private final int nodePort;
    private final ControlApi api;
    private final List<Promises> promises = new ArrayList<>();
    private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    private final AtomicLong answered = new AtomicLong();
    private int rounds;
    private int controlKills;
    private int nodeKills;
    private int lost;
    private int wrong;

    /// @param folder for data, empty
    /// @param controlOptions further options of `cress run control-plane`
    CrashRounds(
            Path folder, Disk disk, List<String> controlOptions, long seed, PrintStream progress)
            throws IOException, InterruptedException {
        this.progress = progress;
        this.random = new Random(seed);
        Path controlData = folder.resolve("control");
        int controlPort = ServerProcess.freePort();
        var words = new ArrayList<>(List.of("control-plane", "--control-port", "" + controlPort));
        words.addAll(controlOptions);
        control =
                new KilledProcess(
                        controlData, disk, KilledProcess.SOON_READY, words.toArray(String[]::new));
        var url = URI.create("http://127.0.0.1:" + controlPort);
        api = new ControlApi(url, Files.readString(controlData.resolve("operator.token")).strip());
        String join =
                Json.read(
                                api.post("/v1/tokens", new Api.NewToken("node", "join")),
                                Api.TokenCreated.class)
                        .token();
        nodePort = ServerProcess.freePort();
        node =
                new KilledProcess(
                        folder.resolve("node"),
                        disk,
                        KilledProcess.SOON_READY,
                        "node",
                        "--region=bench@0,0",
                        "--name=bench-1",
                        "--control=" + url,
                        "--join=" + join,
                        "--port=" + nodePort);
        Sha256 module =
                Json.read(api.upload("/v1/modules", Guest.wasm("hello")), Api.ModuleInfo.class)
                        .sha256();
        for (int i = 0; i < WRITERS; i++) {
            promises.add(new Promises("f" + i, api, module, new Random(random.nextLong())));
        }
    }

    int lost() {
        return lost;
    }

    int wrong() {
        return wrong;
    }

    /// What happened so far.
    Line told(Line line) {
        return line.with("rounds", rounds)
                .with("answered", answered.get())
                .with("control_killed", controlKills)
                .with("node_killed", nodeKills)
                .with("lost", lost)
                .with("wrong", wrong);
    }

    /// Lets clients change functions for a while, kills one process or both in the middle, starts
    /// them again and looks.
    void round() throws IOException, InterruptedException {
        var going = new AtomicBoolean(true);
        List<CompletableFuture<Void>> writing = new ArrayList<>();
        for (Promises function : promises) {
            writing.add(CompletableFuture.runAsync(() -> write(function, going), writers));
        }
        awaitAnswered(answered.get() + 1 + random.nextInt(ANSWERED_MAX));
        LockSupport.parkNanos(random.nextLong(MORE_MAX.toNanos()));
        int victim = random.nextInt(4);
        boolean killControl = victim != 0;
        boolean killNode = victim < 2;
        if (killControl) {
            control.kill();
            controlKills++;
        }
        if (killNode) {
            node.kill();
            nodeKills++;
        }
        going.set(false);
        writing.forEach(CompletableFuture::join);
        if (killControl) {
            control.startAgain();
        }
        if (killNode) {
            node.startAgain();
        }
        rounds++;
        checkControl();
        checkNode();
    }

    private void awaitAnswered(long count) {
        long end = System.nanoTime() + ALIVE_MAX.toNanos();
        while (answered.get() < count && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_AT_ANSWERS.toNanos());
        }
    }

    private void write(Promises function, AtomicBoolean going) {
        try {
            while (going.get()) {
                function.change();
                answered.incrementAndGet();
            }
        } catch (IOException nobodyAnswers) {
            // the process was killed; what became of the change is looked at later
            going.set(false);
        }
    }

    private void checkControl() throws IOException {
        long told = promises.stream().mapToLong(Promises::revision).max().orElse(0);
        long kept = status().position().revision();
        if (kept < told) {
            lose("revision %d was answered, the log ends at %d".formatted(told, kept));
        }
        for (Promises function : promises) {
            function.check().ifPresent(this::lose);
        }
    }

    private void lose(String what) {
        lost++;
        progress.println("round %d, lost: %s".formatted(rounds, what));
    }

    private void checkNode() throws IOException {
        if (!comesTrue(this::isLevel)) {
            mistake("the node isn't level: " + status());
        }
        for (int i = 0; i < promises.size(); i++) {
            String function = "f" + i;
            int live = promises.get(i).live();
            if (!comesTrue(() -> served(function) == live)) {
                mistake("%s: live is %d, served %d".formatted(function, live, served(function)));
            }
        }
        Matcher alarms = ALARMS.matcher(api.get("/metrics"));
        if (alarms.find() && Double.parseDouble(alarms.group(1)) > 0) {
            mistake("the node had what the control plane had not");
        }
    }

    private void mistake(String what) {
        wrong++;
        progress.println("round %d, wrong: %s".formatted(rounds, what));
    }

    private FleetStatus status() throws IOException {
        return Json.read(api.get("/v1/status"), FleetStatus.class);
    }

    private boolean isLevel() throws IOException {
        FleetStatus now = status();
        return now.nodes().stream()
                .anyMatch(n -> n.connected() && n.revision() == now.position().revision());
    }

    /// The version that answers on the node, 0 if none does.
    private int served(String function) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), nodePort)) {
            String request =
                    "GET / HTTP/1.1\r\nhost: %s.localhost\r\nconnection: close\r\n\r\n"
                            .formatted(function);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            Matcher version = VERSION.matcher(answer);
            return answer.startsWith("HTTP/1.1 200 ") && version.find()
                    ? Integer.parseInt(version.group(1))
                    : 0;
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static boolean comesTrue(Condition condition) throws IOException {
        long end = System.nanoTime() + LEVEL_WITHIN.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        writers.shutdownNow();
        api.close();
        node.close();
        control.close();
    }
}
