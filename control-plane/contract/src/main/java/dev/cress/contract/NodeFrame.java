package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import java.util.List;

/// What a node says to the control plane over its WebSocket, one JSON text frame each. The first
/// frame is [Hello].
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = NodeFrame.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = NodeFrame.Ack.class, name = "ack"),
    @JsonSubTypes.Type(value = NodeFrame.Nack.class, name = "nack"),
    @JsonSubTypes.Type(value = NodeFrame.Staging.class, name = "staging"),
    @JsonSubTypes.Type(value = NodeFrame.Serving.class, name = "serving"),
    @JsonSubTypes.Type(value = NodeFrame.Logs.class, name = "logs"),
    @JsonSubTypes.Type(value = NodeFrame.LogsSent.class, name = "logs-sent"),
    @JsonSubTypes.Type(value = NodeFrame.Demand.class, name = "demand"),
    @JsonSubTypes.Type(value = NodeFrame.Draining.class, name = "draining")
})
public sealed interface NodeFrame {
    /// The version of this protocol. A control plane refuses another with WebSocket close code
    /// 4406.
    int PROTO = 1;

    /// Who the node is and where it stands in the log. After the welcome a node says anew how far
    /// each version is and what serves: the control plane forgets that with each session.
    ///
    /// @param clockMs the node's clock, ms since the epoch; 0 from one that doesn't say
    /// @param tenants whether it knows that functions have tenants; one of the build before doesn't
    ///     say so, and gets the functions of the tenant `default`
    /// @param waves whether it knows that a deployment may have a [Wave]; one that doesn't serves
    ///     what is deployed elsewhere
    /// @param secretsKey the X25519 key to which the key of secrets is sealed, in base64; empty
    ///     from a node that takes no secrets, as one of the build before
    /// @param placements whether it knows that a version may have a [Placement]; one that doesn't
    ///     has every function, but is told no secret that isn't for its region
    record Hello(
            int proto,
            NodeInfo node,
            Position resume,
            long clockMs,
            boolean tenants,
            boolean waves,
            String secretsKey,
            boolean placements)
            implements NodeFrame {
        @JsonCreator
        public Hello {
            secretsKey = secretsKey == null ? "" : secretsKey;
        }

        /// Of a node of this build.
        public Hello(
                int proto,
                NodeInfo node,
                Position resume,
                long clockMs,
                boolean tenants,
                boolean waves,
                String secretsKey) {
            this(proto, node, resume, clockMs, tenants, waves, secretsKey, true);
        }

        /// Of a node that takes no secrets.
        public Hello(
                int proto,
                NodeInfo node,
                Position resume,
                long clockMs,
                boolean tenants,
                boolean waves) {
            this(proto, node, resume, clockMs, tenants, waves, "");
        }

        /// Of a node of this build.
        public Hello(int proto, NodeInfo node, Position resume, long clockMs) {
            this(proto, node, resume, clockMs, true, true);
        }

        /// The same that doesn't say what time it is.
        public Hello(int proto, NodeInfo node, Position resume) {
            this(proto, node, resume, 0);
        }
    }

    /// Everything up to this revision is recorded on the node's disk. Says nothing of modules.
    record Ack(long revision) implements NodeFrame {}

    /// A frame that could not be read or did not follow: the answer is a snapshot.
    record Nack(String reason) implements NodeFrame {}

    /// How far a version is on this node.
    ///
    /// @param reason why it failed, else empty
    record Staging(FunctionName function, int version, StagingState state, String reason)
            implements NodeFrame {}

    /// This deployment of the function takes effect on this node as of now; 0 for none, where it
    /// isn't placed.
    record Serving(FunctionName function, int deployment) implements NodeFrame {}

    /// Lines for somebody who follows a function's log.
    ///
    /// @param dropped entries that were left out because the follower was too slow
    record Logs(String subscription, List<LogEntry> entries, long dropped) implements NodeFrame {
        public Logs {
            entries = List.copyOf(entries);
        }
    }

    /// The backlog that this subscription asked for has all been sent, be it none.
    record LogsSent(String subscription) implements NodeFrame {}

    /// How many requests came for tenants that have a rate, since the last time that it said so or
    /// for one second; what it refused included. To be sent only where [ControlFrame.Limits] came
    /// from: a control plane of the build before knows no such frame.
    ///
    /// @param tallies what became of requests since then, where a rollout compares versions; at
    ///     most [#TALLIES_MAX]
    record Demand(List<Asked> tenants, List<Tally> tallies) implements NodeFrame {
        /// Tallies of one frame: the rest comes with the next.
        public static final int TALLIES_MAX = 50;

        @JsonCreator
        public Demand {
            tenants = List.copyOf(tenants);
            tallies = tallies == null ? List.of() : List.copyOf(tallies);
        }

        /// One that compares nothing.
        public Demand(List<Asked> tenants) {
            this(tenants, List.of());
        }

        /// What became of requests that one version had.
        ///
        /// @param rollout as in [Deployment]
        /// @param deployment by which the version got them; 0 for those that the stable version had
        ///     on this node before the rollout came, at most 20 minutes of them
        public record Tally(
                FunctionName function,
                int rollout,
                int deployment,
                int version,
                Outcomes counted) {}

        /// One tenant's.
        public record Asked(TenantName tenant, long requests) {}
    }

    /// The node finishes what it has and takes nothing new.
    record Draining() implements NodeFrame {}
}
