package dev.cress.node.outbound;

import io.vertx.core.Future;

import java.net.InetAddress;
import java.util.List;

/// Finds the addresses of hosts. Event loops.
interface Names {
    /// All addresses of this name, those to try first before the others.
    Future<List<InetAddress>> resolve(String host);
}
