package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

/// Any text is a manifest that is the same when it was written and read again, or is refused.
@Timeout(20)
class ManifestFuzzTest {
    private static final String WHOLE =
            """
            {"abi": "fastly", "snapshot": true, "route": [{"host": "*.a.example", "path": "/x/*"}],
             "limits": {"cpu_ms": 1, "wall_ms": 2, "memory_mib": 3, "concurrency": 4},
             "config": {"A": "b"}, "capabilities": {"outbound": ["https://*.a.example:81"],
             "secrets": ["A"], "kv": ["a"], "scratch_mib": 8},
             "warmup": {"method": "POST", "path": "/a?b", "body": "c", "requests": 5},
             "log_level": "warn"}\
            """;

    static Stream<byte[]> manifests() {
        return Stream.of("{}", WHOLE, Json.write(Manifest.DEFAULT))
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("manifests")
    @FuzzTest
    void anyTextIsAManifestOrRefused(byte[] text) {
        try {
            Manifest manifest = Json.read(new String(text, UTF_8), Manifest.class);
            assertThat(Json.read(Json.write(manifest), Manifest.class)).isEqualTo(manifest);
        } catch (ContractException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }
}
