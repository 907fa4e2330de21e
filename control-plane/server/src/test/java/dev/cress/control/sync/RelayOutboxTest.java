package dev.cress.control.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Envelope;
import dev.cress.contract.RelayOrder;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class RelayOutboxTest {
    private final List<Envelope> sent = new ArrayList<>();
    private int flushes;
    private final RelayOutbox outbox =
            new RelayOutbox(text -> sent.add(Envelope.parse(text)), () -> flushes++);

    private List<String> to(int session) {
        return sent.stream().filter(e -> e.to().get(session)).map(Envelope::message).toList();
    }

    @Test
    void aTextForManyGoesOnce() {
        for (int session = 1; session <= 500; session++) {
            outbox.send(session, "welcome");
            outbox.send(session, "snapshot");
        }
        assertThat(outbox.length()).isEqualTo("welcomesnapshot".length());
        outbox.flush();
        assertThat(sent).extracting(Envelope::message).containsExactly("welcome", "snapshot");
        assertThat(sent.get(1).to().cardinality()).isEqualTo(500);
        assertThat(outbox.length()).isZero();
    }

    @Test
    void aNodeIsSentTheSameTwiceIfItWasSaidTwice() {
        outbox.send(1, "ping");
        outbox.send(1, "ping");
        outbox.flush();
        assertThat(to(1)).containsExactly("ping", "ping");
    }

    /// With few texts and few nodes, so that every way to mix them comes.
    @Test
    void everyNodeGetsWhatItWasSentInThatOrder() {
        var random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            sent.clear();
            Map<Integer, List<String>> expected = new HashMap<>();
            int count = random.nextInt(20);
            for (int i = 0; i < count; i++) {
                int session = 1 + random.nextInt(4);
                String text = "text " + random.nextInt(4);
                outbox.send(session, text);
                expected.computeIfAbsent(session, _ -> new ArrayList<>()).add(text);
            }
            outbox.flush();
            expected.forEach((session, texts) -> assertThat(to(session)).isEqualTo(texts));
        }
    }

    @Test
    void anEndComesAfterWhatTheNodeWasSent() {
        outbox.send(3, "bye");
        outbox.order(new RelayOrder.End(3, 4409, "fenced"));
        outbox.flush();
        assertThat(sent.get(0).to().get(3)).isTrue();
        assertThat(sent.get(1).to().get(0)).isTrue();
        assertThat(flushes).isEqualTo(1);
    }
}
