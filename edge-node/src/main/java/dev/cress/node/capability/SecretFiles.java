package dev.cress.node.capability;

import dev.cress.contract.FunctionName;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// Secrets of this node alone, as files of the operator's, `FOLDER/FUNCTION/NAME`, as orchestrators
/// mount them. Read whenever a guest asks, so that a new value takes effect on the next request.
/// One line feed at the end is no part of the value. Thread-safe.
final class SecretFiles {
    /// Bytes of one secret.
    static final int VALUE_BYTES_MAX = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

    private final Optional<Path> folder;

    SecretFiles(Optional<Path> folder) {
        this.folder = folder;
    }

    /// @param name one that a manifest may grant: it can't lead elsewhere
    Optional<byte[]> read(FunctionName function, String name) {
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        Path file = folder.get().resolve(function.value()).resolve(name);
        // not a channel: an interrupt may come, and would close it
        try (InputStream in = Files.newInputStream(file)) {
            byte[] value = in.readNBytes(VALUE_BYTES_MAX + 1);
            if (value.length > VALUE_BYTES_MAX) {
                LOG.warn("secret {} has more than {} bytes: not given", file, VALUE_BYTES_MAX);
                return Optional.empty();
            }
            boolean line = value.length > 0 && value[value.length - 1] == '\n';
            return Optional.of(line ? Arrays.copyOf(value, value.length - 1) : value);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("secret {} can't be read: {}", file, e.toString());
            return Optional.empty();
        }
    }
}
