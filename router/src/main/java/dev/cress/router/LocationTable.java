package dev.cress.router;

import java.net.InetAddress;

/// Tells where addresses are. Thread-safe; doesn't block; [Place#UNKNOWN] when it doesn't know.
interface LocationTable {
    Place find(InetAddress address);
}
