package dev.cress.node.state;

import dev.cress.contract.FunctionName;
import dev.cress.contract.StagingState;

/// What a node's state tells the control plane. Called on the state's worker thread.
public interface StateEvents {
    void staging(FunctionName function, int version, StagingState state, String reason);

    void serving(FunctionName function, int deployment);

    /// Whoever hears nothing.
    enum Nobody implements StateEvents {
        LISTENS;

        @Override
        public void staging(
                FunctionName function, int version, StagingState state, String reason) {}

        @Override
        public void serving(FunctionName function, int deployment) {}
    }
}
