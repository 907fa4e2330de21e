package dev.cress.control.store;

import java.util.List;

/// What the store's tables became since the [Schema]. Several servers may share a store, and a
/// build must be able to go back to the one before: so what a build needs anew comes by a step that
/// is additive, and what nobody uses any more goes by a later one, which needs that.
final class Steps {
    /// Those that this build knows, without a gap.
    static final List<Step> OURS =
            List.of(
                    // Who serves a node says behind which relay it is, in the session that it has
                    // there: a row that a server of an earlier build left alone counts no longer.
                    Step.additive(
                            13,
                            "relays of nodes",
                            """
                            CREATE TABLE node_relay (
                              node TEXT PRIMARY KEY, server TEXT NOT NULL,
                              session INTEGER NOT NULL, relay TEXT NOT NULL) STRICT\
                            """),
                    // Whoever takes something away looks whether all that live know what to do
                    // without; one that says nothing is of a build before this step.
                    Step.additive(
                            14,
                            "what servers know",
                            "ALTER TABLE server ADD COLUMN knows INTEGER NOT NULL DEFAULT 12"));

    /// The last of them.
    static final int KNOWN = OURS.getLast().number();

    private Steps() {}
}
