package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.cli.Wire.Answer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// Clients that ask again as soon as they were answered: every other one on a connection that it
/// keeps, the rest on a fresh one each time; half of them in Germany, half in the United States.
final class Load implements AutoCloseable {
    static final String IN_GERMANY = "46.4.0.1";
    static final String IN_THE_US = "3.80.0.1";
    static final int CLIENTS = 8;

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int FAULTS_TOLD_MAX = 20;

    private final int port;
    private final Question question;
    private final AtomicIntegerArray answered = new AtomicIntegerArray(CLIENTS);
    private final Map<String, AtomicInteger> byNode = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final List<Thread> clients = new ArrayList<>();
    private volatile CountDownLatch pause = new CountDownLatch(0);
    private volatile boolean over;

    /// What a client asks. Throws an [AssertionError] when the answer isn't right.
    interface Question {
        /// @param number counts this client's questions
        Answer ask(Wire wire, int number, String from, String requestId) throws IOException;
    }

    /// What is done meanwhile.
    interface Action {
        void run() throws Exception;
    }

    private Load(int port, Question question) {
        this.port = port;
        this.question = question;
    }

    static Load start(int port, Question question) {
        var load = new Load(port, question);
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            load.clients.add(
                    Thread.ofPlatform()
                            .name("client-" + client)
                            .start(() -> load.askOnAndOn(client)));
        }
        return load;
    }

    /// GET of `hello`.
    static Answer getHello(Wire wire, int number, String from, String id) throws IOException {
        return hello(wire.get("/", headers("hello", from, id)), id);
    }

    /// GET and POST of `hello` by turns.
    static Answer hello(Wire wire, int number, String from, String id) throws IOException {
        if (number % 2 == 0) {
            return getHello(wire, number, from, id);
        }
        byte[] body = "x".repeat(100).getBytes(StandardCharsets.US_ASCII);
        Answer answer = hello(wire.post("/", body, headers("hello", from, id)), id);
        assertThat(answer.text()).endsWith("Your request body has 100 bytes.\n");
        return answer;
    }

    private static Answer hello(Answer answer, String id) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text())
                .startsWith("Hello from ")
                .contains("on node " + answer.node() + ".\n", "Your request is " + id + ".\n");
        return answer;
    }

    static String[] headers(String function, String from, String requestId) {
        return new String[] {
            "Host: " + function + ".localhost",
            "X-Forwarded-For: " + from,
            "X-Request-Id: " + requestId
        };
    }

    private void askOnAndOn(int client) {
        boolean keeps = client % 2 == 0;
        String from = client < CLIENTS / 2 ? IN_GERMANY : IN_THE_US;
        int number = 0;
        while (!over) {
            try (var wire = new Wire(port)) {
                do {
                    if (!isOneOfFew(client)) {
                        pause.await(SOON.toSeconds(), TimeUnit.SECONDS);
                    }
                    String id = "load-%d-%d".formatted(client, ++number);
                    Answer answer = question.ask(wire, number, from, id);
                    byNode.computeIfAbsent(answer.node(), _ -> new AtomicInteger())
                            .incrementAndGet();
                    answered.incrementAndGet(client);
                } while (keeps && wire.isOpen() && !over);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (AssertionError | RuntimeException fault) {
                tell(wrong, client, number, fault);
            } catch (IOException fault) {
                tell(broken, client, number, fault);
            }
        }
    }

    /// A client in each place, one of each kind.
    private static boolean isOneOfFew(int client) {
        return client == 0 || client == CLIENTS - 1;
    }

    /// Lets two clients ask while this is done: beside all of them a program takes several seconds
    /// to start.
    void withFew(Action action) throws Exception {
        var paused = new CountDownLatch(1);
        pause = paused;
        try {
            action.run();
        } finally {
            paused.countDown();
        }
    }

    private static void tell(Queue<String> faults, int client, int number, Throwable fault) {
        if (faults.size() < FAULTS_TOLD_MAX) {
            faults.add("client %d, question %d: %s".formatted(client, number, fault));
        }
    }

    /// Waits until every client has so many answers more.
    void awaitEach(int more) {
        int[] before = new int[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            before[i] = answered.get(i);
        }
        await().atMost(SOON)
                .untilAsserted(
                        () -> {
                            for (int i = 0; i < CLIENTS; i++) {
                                assertThat(answered.get(i) - before[i])
                                        .as("answers to client %d; %s, %s", i, wrong, broken)
                                        .isGreaterThanOrEqualTo(more);
                            }
                        });
    }

    /// Waits until a node has given so many answers more.
    void awaitFrom(String node, int more) {
        int before = answersFrom(node);
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(answersFrom(node) - before)
                                        .as("answers from %s; %s, %s", node, wrong, broken)
                                        .isGreaterThanOrEqualTo(more));
    }

    private int answersFrom(String node) {
        AtomicInteger count = byNode.get(node);
        return count == null ? 0 : count.get();
    }

    /// Ends, and fails if an answer that came whole wasn't right.
    void endedWithoutAWrongAnswer() {
        end();
        assertThat(wrong).as("wrong among %s answers", byNode).isEmpty();
    }

    /// Ends, and fails if a client was disappointed.
    void endedWell() {
        endedWithoutAWrongAnswer();
        assertThat(broken).as("connections that broke, %s answers", byNode).isEmpty();
    }

    @Override
    public void close() {
        end();
    }

    /// Waits until every client has its last answer.
    private void end() {
        over = true;
        for (Thread client : clients) {
            try {
                assertThat(client.join(SOON)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
