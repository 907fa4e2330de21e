package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.cli.Wire.Answer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/// Requests to one function at a steady rate, whether those before were answered or not, as far as
/// [#CONNECTIONS] go that stay open: half of the clients are in Germany, half in the United States.
/// Each names who it is from, one of many. Whatever isn't a 200 with a version that was allowed
/// between its sending and its end is a fault.
final class OpenLoop implements AutoCloseable {
    /// One request under way on each.
    static final int CONNECTIONS = 16;

    private static final int FAULTS_TOLD_MAX = 20;
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    private final int port;
    private final String function;
    private final IntFunction<String> path;
    private final int keys;
    private final long everyNanos;
    private final long begunNanos = System.nanoTime();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicLong answered = new AtomicLong();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Set<Integer>> versionsOfKeys = new ConcurrentHashMap<>();
    private volatile long forgottenNanos = System.nanoTime();
    private final List<Thread> clients = new ArrayList<>();
    private volatile Allowed allowed;
    private volatile boolean over;

    /// What may answer, and when that last changed: an answer to what was sent before may have been
    /// allowed then.
    private record Allowed(Set<Integer> versions, Set<Integer> before, long sinceNanos) {
        boolean allows(int version, long sentNanos) {
            return versions.contains(version)
                    || (sentNanos < sinceNanos && before.contains(version));
        }
    }

    /// @param path of the request of this number
    /// @param perSecond requests, all clients together
    /// @param keys that clients call themselves by in turn
    static OpenLoop start(
            int port,
            String function,
            IntFunction<String> path,
            int perSecond,
            int keys,
            Integer... versions) {
        var loop = new OpenLoop(port, function, path, perSecond, keys, Set.of(versions));
        for (int i = 0; i < CONNECTIONS; i++) {
            int client = i;
            loop.clients.add(
                    Thread.ofPlatform().name("open-" + i).start(() -> loop.askOnAndOn(client)));
        }
        return loop;
    }

    private OpenLoop(
            int port,
            String function,
            IntFunction<String> path,
            int perSecond,
            int keys,
            Set<Integer> versions) {
        this.port = port;
        this.function = function;
        this.path = path;
        this.keys = keys;
        everyNanos = Duration.ofSeconds(1).toNanos() / perSecond;
        allowed = new Allowed(versions, Set.of(), begunNanos);
    }

    private void askOnAndOn(int client) {
        String from = client % 2 == 0 ? Load.IN_GERMANY : Load.IN_THE_US;
        while (!over) {
            try (var wire = new Wire(port)) {
                while (!over) {
                    int number = sent.getAndIncrement();
                    awaitTurn(number);
                    ask(wire, number, from);
                    if (!wire.isOpen()) {
                        throw new IOException("the router closed a connection that was to stay");
                    }
                }
            } catch (IOException | RuntimeException e) {
                fault("client %d: %s".formatted(client, e));
            }
        }
    }

    private void awaitTurn(int number) {
        long at = begunNanos + number * everyNanos;
        for (long left = at - System.nanoTime(); left > 0 && !over; left = at - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void ask(Wire wire, int number, String from) throws IOException {
        int key = number % keys;
        long sentNanos = System.nanoTime();
        Answer answer =
                wire.get(
                        path.apply(number),
                        "Host: " + function + ".localhost",
                        "X-Forwarded-For: " + from,
                        "X-Cress-Affinity: key-" + key);
        String version = answer.header("x-cress-version");
        if (answer.status() != 200 || version.isEmpty()) {
            fault(
                    "request %d: %d %s %s"
                            .formatted(number, answer.status(), answer.error(), answer.text()));
        } else if (!allowed.allows(Integer.parseInt(version), sentNanos)) {
            fault("request %d: version %s, allowed %s".formatted(number, version, allowed));
        } else if (sentNanos - forgottenNanos >= 0) {
            versionsOfKeys
                    .computeIfAbsent(key, _ -> ConcurrentHashMap.newKeySet())
                    .add(Integer.parseInt(version));
        }
        answered.incrementAndGet();
    }

    private void fault(String what) {
        if (faults.size() < FAULTS_TOLD_MAX) {
            faults.add(what);
        }
    }

    /// From now on these may answer, and no others but to what was sent before.
    void allow(Integer... versions) {
        allowed = new Allowed(Set.of(versions), allowed.versions, System.nanoTime());
    }

    /// Forgets who got what, of all that was sent before.
    void forgetKeys() {
        forgottenNanos = System.nanoTime();
        versionsOfKeys.clear();
    }

    /// Which versions each key got since that was forgotten last.
    Map<Integer, Set<Integer>> versionsOfKeys() {
        return versionsOfKeys.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                entry -> Set.copyOf(entry.getValue()),
                                (a, _) -> a,
                                TreeMap::new));
    }

    long answered() {
        return answered.get();
    }

    /// Ends, and fails if anybody was disappointed.
    void endedWell() {
        close();
        assertThat(faults).as("faults of %d requests", answered.get()).isEmpty();
    }

    void requireWell() {
        assertThat(faults).as("faults of %d requests", answered.get()).isEmpty();
    }

    @Override
    public void close() {
        over = true;
        for (Thread client : clients) {
            try {
                assertThat(client.join(ENDS_WITHIN)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
