package dev.cress.contract;

import dev.cress.contract.Api.FunctionSummary;
import dev.cress.contract.Api.NodeStatus;

import java.util.List;

/// `GET /v1/status`.
///
/// @param build the control plane's Cress version
/// @param relays that are connected to the control plane that was asked
public record FleetStatus(
        String build,
        Position position,
        int routersConnected,
        List<RelayStatus> relays,
        List<NodeStatus> nodes,
        List<FunctionSummary> functions) {
    public FleetStatus {
        relays = relays == null ? List.of() : List.copyOf(relays);
        nodes = List.copyOf(nodes);
        functions = List.copyOf(functions);
    }

    /// A relay.
    ///
    /// @param build the Cress version that it runs
    /// @param nodes connected behind it
    public record RelayStatus(String name, String build, int nodes) {}
}
