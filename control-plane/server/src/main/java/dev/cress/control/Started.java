package dev.cress.control;

import java.util.ArrayDeque;
import java.util.Deque;

/// What was started, to be closed in reverse order, the rest also when one of it fails. Used by the
/// thread that starts or stops.
final class Started implements AutoCloseable {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public synchronized void close() {
        ControlPlaneException failed = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (failed == null) {
                    failed = new ControlPlaneException("stopping failed: " + e.getMessage(), e);
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
