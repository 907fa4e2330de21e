package dev.cress.contract;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.regex.Pattern;

/// A part of a file (RFC 9110 §14.1.2), both ends included.
public record ByteRange(long first, long last) {
    private static final Pattern ONE = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    /// What a `Range` header asks for: nothing when it is to be ignored, as is one of several
    /// ranges; a range that doesn't begin in the file when it can't be satisfied.
    public static Optional<ByteRange> of(@Nullable String header, long size) {
        var match = ONE.matcher(header == null ? "" : header);
        if (!match.matches()) {
            return Optional.empty();
        }
        String from = match.group(1);
        String to = match.group(2);
        if (from.isEmpty()) {
            if (to.isEmpty()) {
                return Optional.empty();
            }
            long suffix = Long.parseLong(to);
            return Optional.of(
                    new ByteRange(suffix == 0 ? size : Math.max(0, size - suffix), size - 1));
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : Long.parseLong(to);
        return last < first
                ? Optional.empty()
                : Optional.of(new ByteRange(first, Math.min(last, size - 1)));
    }

    /// Whether it begins in something of this size.
    public boolean isSatisfiable(long size) {
        return first < size;
    }

    /// How many bytes it has.
    public long length() {
        return last - first + 1;
    }
}
