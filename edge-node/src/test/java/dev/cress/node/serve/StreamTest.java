package dev.cress.node.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.zip.CRC32;

/// A body of any length goes through a guest and back in constant memory. In tests 64 MiB;
/// `-Dcress.stream.mib=1024` for the whole of it.
@Timeout(280)
@Isolated("measures the heap")
class StreamTest {
    private static final long BYTES = (long) Integer.getInteger("cress.stream.mib", 64) << 20;
    private static final int PIECE_BYTES = 64 << 10;
    private static final int SAMPLES = 8;

    /// Windows of both directions and buffers of sockets.
    private static final long HEAP_BYTES_MAX = 12 << 20;

    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(200),
                    Duration.ofSeconds(240),
                    16 << 20,
                    64 << 10,
                    BYTES,
                    4 << 10);

    private final byte[] piece = new byte[PIECE_BYTES];

    StreamTest() {
        for (int i = 0; i < PIECE_BYTES; i++) {
            piece[i] = (byte) ((i * 31) >>> 3);
        }
    }

    @Test
    void aBodyOfAnyLengthTakesConstantMemory(TestReporter reporter)
            throws IOException, RefusedModuleException, InterruptedException {
        var limits = ServedExamples.limits(Duration.ofSeconds(1), 4 << 10, BYTES);
        try (var served =
                        new ServedExamples(limits)
                                .with("stream", "src/test/guests/stream/stream.wasm", LIMITS);
                var client = served.connect()) {
            client.send(
                    ServedExamples.request(
                            "POST",
                            "stream",
                            "/",
                            "content-length: " + BYTES,
                            "connection: close"));
            Thread sender = Thread.ofPlatform().start(() -> write(client));
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
            long most = readBody(new Chunks(client.input()));
            sender.join();
            reporter.publishEntry(
                    "%d MiB in and out, at most %d KiB more heap than at first"
                            .formatted(BYTES >> 20, most >> 10));
            assertThat(most).as("bytes of heap more than at first").isLessThan(HEAP_BYTES_MAX);
        }
    }

    private void write(ServedExamples.Client client) {
        try {
            OutputStream to = client.output();
            for (long sent = 0; sent < BYTES; sent += PIECE_BYTES) {
                to.write(piece);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns by how much the heap's live bytes grew at most, from the first piece on.
    private long readBody(Chunks body) throws IOException {
        var crc = new CRC32();
        long first = liveBytes();
        long most = 0;
        long received = 0;
        byte[] some = new byte[PIECE_BYTES];
        for (int count = body.read(some); count >= 0; count = body.read(some)) {
            crc.update(some, 0, count);
            long before = received;
            received += count;
            if (before * SAMPLES / BYTES != received * SAMPLES / BYTES) {
                most = Math.max(most, liveBytes() - first);
            }
        }
        assertThat(received).isEqualTo(BYTES);
        var expected = new CRC32();
        for (long at = 0; at < BYTES; at += PIECE_BYTES) {
            expected.update(piece);
        }
        assertThat(crc.getValue()).isEqualTo(expected.getValue());
        return most;
    }

    private static long liveBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /// A chunked body (RFC 9112 §7.1).
    private static final class Chunks {
        private final InputStream in;
        private long left;

        Chunks(InputStream in) {
            this.in = in;
        }

        int read(byte[] into) throws IOException {
            if (left == 0) {
                left = Long.parseLong(line(), 16);
                if (left == 0) {
                    return -1;
                }
            }
            int count = in.read(into, 0, (int) Math.min(into.length, left));
            if (count < 0) {
                throw new IOException("the answer breaks off");
            }
            left -= count;
            if (left == 0) {
                line();
            }
            return count;
        }

        private String line() throws IOException {
            var line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new IOException("the answer breaks off");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }
    }
}
