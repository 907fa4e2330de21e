package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Api;
import dev.cress.contract.Bundle;
import dev.cress.node.sync.ControlModules;
import dev.cress.node.sync.Credential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// What a node fetches from a control plane over a line that breaks again and again.
@Timeout(60)
class CutDownloadTest {
    private static final int FILE_BYTES = 5 << 20;
    private static final int CUT_AFTER_BYTES = 2 << 20;

    @TempDir private Path folder;

    /// Passes connections on and cuts each one after so many bytes of answers.
    private static final class CuttingLine implements AutoCloseable {
        private final ServerSocket server =
                new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();
        private final int to;

        CuttingLine(int to) throws IOException {
            this.to = to;
            daemon(this::accept);
        }

        private static void daemon(Runnable work) {
            Thread.ofPlatform().daemon().start(work);
        }

        private void accept() {
            try {
                while (true) {
                    Socket near = server.accept();
                    connections.incrementAndGet();
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), to);
                    daemon(() -> pass(near, far, Integer.MAX_VALUE, new AtomicLong()));
                    daemon(() -> pass(far, near, CUT_AFTER_BYTES, bytes));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private static void pass(Socket from, Socket into, int most, AtomicLong passed) {
            try (from;
                    into) {
                InputStream in = from.getInputStream();
                OutputStream out = into.getOutputStream();
                byte[] piece = new byte[8 << 10];
                int left = most;
                while (left > 0) {
                    int count = in.read(piece, 0, Math.min(piece.length, left));
                    if (count < 0) {
                        return;
                    }
                    out.write(piece, 0, count);
                    passed.addAndGet(count);
                    left -= count;
                }
                into.shutdownOutput();
            } catch (IOException e) {
                // The other direction ended it.
            }
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private Path archive() throws IOException {
        byte[] bytes = new byte[FILE_BYTES];
        new Random(1).nextBytes(bytes);
        Path file = folder.resolve("site.zip");
        var entry = new ZipEntry("data.bin");
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        var crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(entry);
            zip.write(bytes);
        }
        return file;
    }

    @Test
    void hasEveryByteOnceAfterThreeConnections() throws Exception {
        try (Fleet fleet = Fleet.start(Fleet.Setup.forTest(folder.resolve("fleet")));
                var line = new CuttingLine(fleet.controlUrl().getPort())) {
            Path archive = archive();
            Api.BundleInfo stored = fleet.client().uploadAssets(archive);
            String token = Files.readString(fleet.operatorTokenFile()).strip();
            Path into = folder.resolve("arriving");
            try (var modules =
                    new ControlModules(line.url(), new Credential(token, Optional.empty()))) {
                modules.fetch(new Bundle(stored.sha256(), stored.bytes(), false), into);
            }
            assertThat(into).hasSameBinaryContentAs(archive);
            assertThat(line.connections).hasValue(3);
            assertThat(line.bytes.get()).isBetween(stored.bytes(), stored.bytes() + 4096);
        }
    }
}
