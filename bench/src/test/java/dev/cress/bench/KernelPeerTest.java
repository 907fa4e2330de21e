package dev.cress.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;

/// Wasmtime, on machines that have it; on others the assumption says how to get it.
final class KernelPeerTest {
    private static final int CRC32_ADLER32 = 1;

    /// `(func (export "kernel") (param i32) (result i32) (loop (br 0)) (unreachable))`
    private static final byte[] ENDLESS =
            HexFormat.of()
                    .parseHex(
                            "0061736d01000000"
                                    + "01060160017f017f"
                                    + "03020100"
                                    + "070a01066b65726e656c0000"
                                    + "0a0a010800"
                                    + "03400c000b000b");

    private static final int STOPPED_SECONDS_MAX = 30;

    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();
    private @Nullable KernelPeer peer;

    @AfterEach
    void close() throws IOException {
        if (peer != null) {
            peer.close();
        }
    }

    @Test
    void wasmtimeTellsAKernelsSumAndItsTime() throws IOException, InterruptedException {
        KernelPeer wasmtime = wasmtime(Guest.wasm("kernels"));
        KernelPeer.Answer once = wasmtime.call(CRC32_ADLER32, 1);
        assertThat(Long.parseLong(once.sum())).isPositive();
        assertThat(once.bestMs()).isPositive();
        assertThat(wasmtime.call(CRC32_ADLER32, 3).sum()).isEqualTo(once.sum());
    }

    @Test
    @Timeout(value = STOPPED_SECONDS_MAX, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void wasmtimeCanBeStoppedWhileItIsMeasured() throws IOException, InterruptedException {
        KernelPeer wasmtime = wasmtime(ENDLESS);
        assertThatIOException().isThrownBy(() -> wasmtime.call(0, 1)).withMessage("wasmtime ended");
    }

    private KernelPeer wasmtime(byte[] module) throws IOException, InterruptedException {
        peer =
                KernelPeer.wasmtime(module, new PrintStream(progress, true, StandardCharsets.UTF_8))
                        .orElse(null);
        assumeThat(peer).as(progress.toString(StandardCharsets.UTF_8)).isNotNull();
        return Objects.requireNonNull(peer);
    }
}
