package dev.cress.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Archives in which each file's content is its path.
final class Archives {
    private Archives() {}

    /// As a bundle is to be.
    static byte[] stored(String... paths) throws IOException {
        return archive(ZipOutputStream.STORED, paths);
    }

    static byte[] compressed(String... paths) throws IOException {
        return archive(ZipOutputStream.DEFLATED, paths);
    }

    private static byte[] archive(int method, String... paths) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            for (String path : paths) {
                byte[] content = path.endsWith("/") ? new byte[0] : path.getBytes(UTF_8);
                var entry = new ZipEntry(path);
                if (method == ZipOutputStream.STORED) {
                    var crc = new CRC32();
                    crc.update(content);
                    entry.setCrc(crc.getValue());
                    entry.setSize(content.length);
                }
                zip.putNextEntry(entry);
                zip.write(content);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
