package dev.cress.control.store;

import dev.cress.contract.Api.VersionOnNode;
import dev.cress.contract.FunctionName;

import java.util.List;

/// How far one function is on one node.
///
/// @param node the node's name
/// @param session the session in which the node said so
/// @param deployment the deployment that takes effect there, 0 if none is known
public record NodeFunction(
        String node,
        long session,
        FunctionName function,
        int deployment,
        List<VersionOnNode> versions) {
    public NodeFunction {
        versions = List.copyOf(versions);
    }
}
