package dev.cress.control.store;

import dev.cress.contract.Api.RolloutState;
import dev.cress.contract.FunctionName;

/// A function's newest rollout as it is stored.
///
/// @param sinceMs since when its step serves wherever it should, by the database's clock; 0 as long
///     as it doesn't
public record StoredRollout(FunctionName function, RolloutState state, long sinceMs) {
    /// The plan goes on.
    public static final String RUNNING = "running";

    /// The version was worse, and keeps what it has.
    public static final String HELD = "held";

    /// The version has all of the traffic.
    public static final String DONE = "done";

    /// The version was worse, and has nothing any more.
    public static final String ROLLED_BACK = "rolled-back";

    /// Something else was deployed.
    public static final String REPLACED = "replaced";
}
