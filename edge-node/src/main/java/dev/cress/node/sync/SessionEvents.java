package dev.cress.node.sync;

import dev.cress.contract.FunctionName;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.StagingState;
import dev.cress.node.state.StateEvents;

import java.util.function.Consumer;

/// Events of the node's state, as the control plane hears them.
///
/// @param session takes frames from any thread
record SessionEvents(Consumer<NodeFrame> session) implements StateEvents {
    @Override
    public void staging(FunctionName function, int version, StagingState progress, String reason) {
        session.accept(new NodeFrame.Staging(function, version, progress, reason));
    }

    @Override
    public void serving(FunctionName function, int deployment) {
        session.accept(new NodeFrame.Serving(function, deployment));
    }
}
