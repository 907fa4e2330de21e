package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/// What the control plane says to a node or router over its WebSocket, one JSON text frame each.
/// The first frame is [Welcome].
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ControlFrame.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = ControlFrame.Snapshot.class, name = "snapshot"),
    @JsonSubTypes.Type(value = ControlFrame.Delta.class, name = "delta"),
    @JsonSubTypes.Type(value = ControlFrame.Follow.class, name = "follow"),
    @JsonSubTypes.Type(value = ControlFrame.Unfollow.class, name = "unfollow"),
    @JsonSubTypes.Type(value = ControlFrame.Limits.class, name = "limits"),
    @JsonSubTypes.Type(value = ControlFrame.Keys.class, name = "keys"),
    @JsonSubTypes.Type(value = ControlFrame.Drain.class, name = "drain"),
    @JsonSubTypes.Type(value = ControlFrame.Directory.class, name = "directory")
})
public sealed interface ControlFrame {
    /// The session stands.
    ///
    /// @param routerKey by which nodes know the fleet's routers and believe what these say of a
    ///     client
    /// @param keys with which the control plane signs snapshots and deltas ([SignedFrame]), oldest
    ///     first
    record Welcome(String routerKey, List<AnnouncedKey> keys) implements ControlFrame {
        @JsonCreator
        public Welcome {
            Objects.requireNonNull(routerKey, "router_key");
            keys = keys == null ? List.of() : List.copyOf(keys);
        }

        /// One of somebody who signs nothing.
        public Welcome(String routerKey) {
            this(routerKey, List.of());
        }
    }

    /// The keys are others now, as in [Welcome].
    record Keys(List<AnnouncedKey> keys) implements ControlFrame {
        public Keys {
            keys = List.copyOf(keys);
        }
    }

    /// The whole state; whatever it doesn't list is gone.
    record Snapshot(Position position, List<FunctionState> functions) implements ControlFrame {
        public Snapshot {
            Objects.requireNonNull(position, "position");
            functions = List.copyOf(functions);
        }
    }

    /// What changed after revision `from`, up to and including `position`.
    ///
    /// @param changed functions as they stand now
    /// @param removed functions that are gone
    record Delta(
            long from, Position position, List<FunctionState> changed, List<FunctionName> removed)
            implements ControlFrame {
        public Delta {
            Objects.requireNonNull(position, "position");
            changed = List.copyOf(changed);
            removed = List.copyOf(removed);
        }
    }

    /// Somebody wants this function's log: the last `backlog` entries, then what comes.
    ///
    /// @param live whether to go on after the backlog
    /// @param level only what [LogEntry#from] leaves; whoever names none gets everything
    record Follow(
            String subscription, FunctionName function, int backlog, boolean live, LogLevel level)
            implements ControlFrame {
        @JsonCreator
        public Follow {
            Objects.requireNonNull(subscription, "subscription");
            Objects.requireNonNull(function, "function");
            level = level == null ? LogLevel.TRACE : level;
        }

        /// For everything.
        public Follow(String subscription, FunctionName function, int backlog, boolean live) {
            this(subscription, function, backlog, live, LogLevel.TRACE);
        }
    }

    /// Nobody listens to this subscription any more.
    record Unfollow(String subscription) implements ControlFrame {
        public Unfollow {
            Objects.requireNonNull(subscription, "subscription");
        }
    }

    /// What this node may run of each tenant's. Nodes that know no tenants aren't told.
    ///
    /// @param whole whether these are all that have limits, else those that changed
    record Limits(boolean whole, List<TenantLimit> tenants) implements ControlFrame {
        public Limits {
            tenants = List.copyOf(tenants);
        }

        /// One tenant's; without a number it has no limit.
        ///
        /// @param concurrency guests that run at once on this node
        /// @param requestsPerSecond this node's share of the fleet's rate, which it keeps until it
        ///     is told another
        @JsonInclude(JsonInclude.Include.NON_NULL)
        public record TenantLimit(
                TenantName tenant,
                @Nullable Integer concurrency,
                @Nullable Double requestsPerSecond) {
            public TenantLimit {
                Objects.requireNonNull(tenant, "tenant");
            }
        }
    }

    /// Somebody wants the node to finish what it has and take nothing new, until it starts anew.
    record Drain() implements ControlFrame {}

    /// To routers: the nodes of the fleet, connected or not.
    record Directory(List<Entry> nodes) implements ControlFrame {
        public Directory {
            nodes = List.copyOf(nodes);
        }

        /// One node.
        ///
        /// @param draining whether it asked for no new requests
        public record Entry(NodeInfo node, boolean connected, boolean draining) {}
    }
}
