package dev.cress.contract;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.stream.Stream;

/// Any bytes are an archive whose files lie inside of it, one behind the other, or are refused.
@Timeout(20)
class BundleIndexFuzzTest {
    static Stream<byte[]> archives() throws IOException {
        return Stream.of(
                Archives.stored(),
                Archives.stored("index.html", "css/", "css/site.css", "é"),
                Archives.stored("a", "a/b"));
    }

    @MethodSource("archives")
    @FuzzTest
    void anyBytesAreAnArchiveOrRefused(byte[] archive) throws IOException {
        try {
            var index = BundleIndex.read(new BytesChannel(archive));
            for (var file : index.files().entrySet()) {
                require(file.getKey(), file.getValue(), archive.length);
            }
            assertThat(index.files().values().stream().mapToLong(BundleIndex.File::bytes).sum())
                    .isLessThanOrEqualTo(archive.length);
        } catch (ContractException refused) {
            assertThat(refused.getMessage()).startsWith("the archive ");
        }
    }

    private static void require(String path, BundleIndex.File file, int size) {
        assertThat(file.offset()).isNotNegative();
        assertThat(file.bytes()).isNotNegative();
        assertThat(file.offset() + file.bytes()).isLessThanOrEqualTo(size);
        assertThat(path.getBytes(UTF_8).length).isLessThanOrEqualTo(BundleIndex.PATH_BYTES_MAX);
        assertThat(Stream.of(path.split("/", -1))).doesNotContain("", ".", "..");
    }
}
