package dev.cress.control.store;

import java.util.List;
import java.util.Set;

/// What is known of nodes, as all servers wrote it.
///
/// @param whole whether these are all nodes, else those that changed
/// @param functions how far functions are on nodes, of those that changed
/// @param servers ids of the servers that show signs of life
/// @param routers routers that are connected to other servers than this one
public record FleetNews(
        boolean whole,
        List<KnownNode> nodes,
        List<NodeFunction> functions,
        Set<String> servers,
        int routers) {
    public FleetNews {
        nodes = List.copyOf(nodes);
        functions = List.copyOf(functions);
        servers = Set.copyOf(servers);
    }

    boolean isEmpty() {
        return !whole && nodes.isEmpty() && functions.isEmpty();
    }
}
