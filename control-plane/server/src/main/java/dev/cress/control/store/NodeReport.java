package dev.cress.control.store;

import java.util.List;

/// What a node said of itself on this server.
public record NodeReport(KnownNode node, List<NodeFunction> functions) {
    public NodeReport {
        functions = List.copyOf(functions);
    }
}
